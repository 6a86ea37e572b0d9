import program from "../index";
import { siteOf } from "../rehearsal/sites";
import { rehearse } from "../rehearsal/engine/rehearse";
import { parseFault } from "../rehearsal/engine/faults";
import { readStackConfig, rehearsedSecrets } from "./stack";
(async () => {
    const stack = "homelab"; const site = siteOf(stack);
    const faults = process.argv[2] ? [parseFault(process.argv[2])] : [];
    const r = await rehearse({ program, project: "strata", stack, config: { ...readStackConfig(stack), ...rehearsedSecrets(site) }, site, faults, ...(process.argv[3] ? { seed: Number(process.argv[3]) } : {}) });
    console.log(process.argv.slice(2), r.ok, r.phases.map((p) => `${p.name} ${p.ok} ${p.seconds} ${JSON.stringify(p.changes)} ${p.notes} ${p.ok ? "" : p.diagnostics.map((d) => d.message.slice(0, 300))}`), r.leaks, r.remains, r.generic, r.idleFaults, r.timeline?.makespanMinutes);
})();
