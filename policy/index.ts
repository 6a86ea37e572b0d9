import { PolicyPack } from "@pulumi/policy";
import { policiesOf } from "./crossguard";
import { declaredByStack } from "./declarations";
import { rules } from "./rules";

new PolicyPack("strata", { enforcementLevel: "mandatory", policies: policiesOf(rules, declaredByStack) });
