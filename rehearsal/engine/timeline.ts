export interface Timeline {
    readonly minutes: number;
}
