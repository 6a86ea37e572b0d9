/** What is lost when domains fail. */

import type { FailureDomain, Service } from "../facts";
import type { FailureModel } from "./model";

/** What a service loses. `data` is worst: every copy is gone. */
export type Kind = "availability" | "write quorum" | "data";

/** What is lost. */
export interface Loss {
    /** Services that lose too many of their own members, with what they lose. */
    readonly direct: ReadonlyMap<string, Kind>;
    /** All services that are down: the direct ones and those that cannot work without them. */
    readonly all: ReadonlySet<string>;
}

/** Answers what fails with what; made once for a model. */
export class Losses {
    private readonly parts = new Map<string, string[]>();
    private readonly inside = new Map<string, { service: Service; member: string }[]>();
    private readonly needers = new Map<string, string[]>();
    private readonly closures = new Map<string, ReadonlySet<string>>();

    constructor(private readonly model: FailureModel) {
        for (const domain of model.domains.values()) {
            for (const whole of domain.partOf ?? []) {
                push(this.parts, whole, domain.name);
            }
        }
        for (const service of model.services.values()) {
            for (const [member, domain] of Object.entries(service.members)) {
                push(this.inside, domain, { service, member });
            }
            for (const need of service.needs ?? []) {
                push(this.needers, need, service.name);
            }
        }
    }

    /** The domain and everything that fails along with it. */
    closure(domain: string): ReadonlySet<string> {
        let closure = this.closures.get(domain);
        if (closure === undefined) {
            const found = new Set([domain]);
            for (const name of found) {
                for (const part of this.parts.get(name) ?? []) {
                    found.add(part);
                }
            }
            closure = found;
            this.closures.set(domain, closure);
        }
        return closure;
    }

    /** What is lost when all of some domains fail together. */
    of(...domains: readonly string[]): Loss {
        const lost = new Map<Service, string[]>();
        const failed = new Set(domains.flatMap((domain) => [...this.closure(domain)]));
        for (const domain of failed) {
            for (const { service, member } of this.inside.get(domain) ?? []) {
                push(lost, service, member);
            }
        }
        const direct = new Map<string, Kind>();
        for (const [service, members] of lost) {
            const kind = this.lossOf(service, members);
            if (kind !== undefined) {
                direct.set(service.name, kind);
            }
        }
        return { direct, all: this.withNeeders(direct.keys()) };
    }

    /** Services, and all that cannot work without them. */
    withNeeders(services: Iterable<string>): ReadonlySet<string> {
        const down = new Set(services);
        for (const name of down) {
            for (const needer of this.needers.get(name) ?? []) {
                down.add(needer);
            }
        }
        return down;
    }

    /** Whether a service is too small to survive the loss of any single member, however well it is spread. */
    tooSmall(service: Service): boolean {
        const count = Object.keys(service.members).length;
        const { redundancy } = service;
        switch (redundancy.rule) {
            case "any-of":
                return count < 2;
            case "majority":
                return count < 3;
            case "at-least":
                return count - 1 < redundancy.count;
            case "replicated":
                return this.copies(service) - 1 < redundancy.minSize;
        }
    }

    /** Copies that a replicated service really has: no more than there are places to keep them apart; else 0. */
    copies(service: Service): number {
        return service.redundancy.rule === "replicated"
            ? Math.min(service.redundancy.size, this.places(service, Object.keys(service.members)))
            : 0;
    }

    private lossOf(service: Service, lost: readonly string[]): Kind | undefined {
        const count = Object.keys(service.members).length;
        const left = count - lost.length;
        const { redundancy } = service;
        const worst = (kind: Kind): Kind => (left === 0 && service.storesData === true ? "data" : kind);
        switch (redundancy.rule) {
            case "any-of":
                return left >= 1 ? undefined : worst("availability");
            case "majority":
                return left * 2 > count ? undefined : worst("write quorum");
            case "at-least":
                return left >= redundancy.count ? undefined : worst("availability");
            case "replicated": {
                const copies = this.copies(service);
                const remaining = copies - Math.min(copies, this.places(service, lost));
                if (remaining >= redundancy.minSize) {
                    return undefined;
                }
                return remaining === 0 ? "data" : "availability";
            }
        }
    }

    /** In how many places that keep copies apart some members stand. */
    private places(service: Service, members: readonly string[]): number {
        const apart =
            service.redundancy.rule === "replicated" ? (service.redundancy.apart ?? "machine") : ("machine" as const);
        return new Set(members.map((member) => this.placeOf(service.members[member] ?? member, apart))).size;
    }

    private placeOf(domain: string, kind: FailureDomain["kind"]): string {
        const visited = new Set<string>();
        let level: readonly string[] = [domain];
        while (level.length > 0) {
            const found = level.find((name) => this.model.domains.get(name)?.kind === kind);
            if (found !== undefined) {
                return found;
            }
            for (const name of level) {
                visited.add(name);
            }
            level = level
                .flatMap((name) => this.model.domains.get(name)?.partOf ?? [])
                .filter((name) => !visited.has(name));
        }
        return domain;
    }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
    const list = map.get(key);
    if (list === undefined) {
        map.set(key, [value]);
    } else {
        list.push(value);
    }
}
