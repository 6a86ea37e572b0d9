module.exports = async () => {
    throw new Error("nothing to build from");
};
