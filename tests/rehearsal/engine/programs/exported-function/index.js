const pulumi = require("@pulumi/pulumi");

class Box extends pulumi.CustomResource {
    constructor(name, label) {
        super("tiny:index:Box", name, { label });
    }
}

module.exports = async () => {
    const box = new Box("box", "plain");
    return { id: box.id };
};
