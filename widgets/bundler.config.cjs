// Names instead of numbers: numbers depend on the folder in which the extension is built.
module.exports = { context: __dirname, optimization: { moduleIds: "named", chunkIds: "named" } };
