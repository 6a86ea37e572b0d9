import { PolicyPack } from "@pulumi/policy";

new PolicyPack("tiny-pack", {
    policies: [
        {
            name: "no-empty-box",
            description: "A box holds something.",
            enforcementLevel: "advisory",
            validateResource: ({ type, props }, report) => {
                if (type === "tiny:index:Box" && !("holds" in props)) {
                    report("it holds nothing");
                }
            },
        },
        {
            name: "no-forbidden-box",
            description: "No box is labelled forbidden.",
            enforcementLevel: "mandatory",
            validateResource: ({ type, props }, report) => {
                if (type === "tiny:index:Box" && props.label === "forbidden") {
                    report("it is forbidden");
                }
            },
        },
        {
            name: "no-heavy-box",
            description: "Looks at a weight, which a preview may not know.",
            enforcementLevel: "mandatory",
            validateResource: ({ type, props }, report) => {
                if (type === "tiny:index:Box" && props.weight === "heavy") {
                    report("it is heavy");
                }
            },
        },
    ],
});
