/** Whether other processes are at work, as the kernel sees it: so that waiting for them needs no guess at how long. */
import { readdirSync, readFileSync } from "node:fs";

/** Watches processes and all their descendants. Knows nothing where there is no `/proc`, and then says they rest. */
export class Activity {
    #cpuTime = -1;

    /** @param processes Ids of the processes to watch now; what is dead is passed over. */
    constructor(private readonly processes: () => readonly number[]) {}

    /** True where this machine tells what its processes do. */
    static readonly isKnown = process.platform === "linux";

    /**
     * True where a watched process runs, waits for a processor or a disk, or has run since this was asked last. After
     * two answers of no, a few milliseconds apart, whatever they had to say was said before the first.
     */
    get busy(): boolean {
        if (!Activity.isKnown) {
            return false;
        }
        let running = false;
        let cpuTime = 0;
        const visit = (pid: number): void => {
            for (const task of tasksOf(pid)) {
                running ||= task.running;
                cpuTime += task.cpuTime;
                for (const child of task.children) {
                    visit(child);
                }
            }
        };
        for (const pid of this.processes()) {
            visit(pid);
        }
        const ranSince = cpuTime !== this.#cpuTime;
        this.#cpuTime = cpuTime;
        return running || ranSince;
    }
}

interface Task {
    readonly running: boolean;
    /** Nanoseconds on a processor so far. */
    readonly cpuTime: number;
    readonly children: readonly number[];
}

/** The threads of a process; none where it is gone. */
function tasksOf(pid: number): readonly Task[] {
    try {
        return readdirSync(`/proc/${pid}/task`).flatMap((thread) => taskOf(`/proc/${pid}/task/${thread}`));
    } catch {
        return [];
    }
}

/** One thread; none where it ended in the meantime. */
function taskOf(folder: string): readonly Task[] {
    try {
        const stat = readFileSync(`${folder}/stat`, "latin1");
        // The state follows the name, which is in brackets and may hold anything.
        const state = stat.charAt(stat.lastIndexOf(")") + 2);
        const [cpuTime = "0"] = readFileSync(`${folder}/schedstat`, "latin1").split(" ");
        const children = readFileSync(`${folder}/children`, "latin1")
            .split(" ")
            .filter((id) => id !== "");
        return [{ running: state === "R" || state === "D", cpuTime: Number(cpuTime), children: children.map(Number) }];
    } catch {
        return [];
    }
}
