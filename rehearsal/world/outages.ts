/** Hosts that go dark: of the world itself, or of the internet around it. */

/** All outages of a world. One that was begun strikes when somebody calls the host for the first time. */
export class Outages {
    /** Calls that were lost, by host. */
    readonly #lost = new Map<string, number>();
    readonly #watchers: ((host: string) => void)[] = [];

    /** Tells of every host that goes dark from now on, and of every one that comes back. */
    watch(watcher: (host: string) => void): void {
        this.#watchers.push(watcher);
    }

    /** From the next call on a host is dark, until `end`. */
    begin(host: string): void {
        this.#lost.set(host, this.#lost.get(host) ?? 0);
    }

    /** A host is dark from now on, whoever calls it. */
    strike(host: string): void {
        const was = this.isDark(host);
        this.#lost.set(host, (this.#lost.get(host) ?? 0) + 1);
        this.#tell(host, was);
    }

    /** A host is back. */
    end(host: string): void {
        const was = this.isDark(host);
        this.#lost.delete(host);
        this.#tell(host, was);
    }

    /** Somebody calls a host: true where the call is lost. */
    loses(host: string): boolean {
        if (!this.#lost.has(host)) {
            return false;
        }
        this.strike(host);
        return true;
    }

    /** True while a host is dark. */
    isDark(host: string): boolean {
        return (this.#lost.get(host) ?? 0) > 0;
    }

    #tell(host: string, was: boolean): void {
        for (const watcher of this.isDark(host) === was ? [] : this.#watchers) {
            watcher(host);
        }
    }
}
