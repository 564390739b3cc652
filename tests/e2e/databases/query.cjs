// SQL in DuckDB or ClickHouse, each inside this process: node query.cjs duckdb|clickhouse PLACE. A statement a line of
// standard input, as a JSON string; the answer is a line for each row, whose one column holds JSON, and an empty line.
"use strict";

async function duckdb(place) {
  const { DuckDBInstance } = require("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create(place)).connect();
  return async (statement) => {
    const rows = (await connection.runAndReadAll(statement)).getRows();
    return rows.map((row) => row[0]).filter((cell) => typeof cell === "string");
  };
}

async function clickhouse(place) {
  const { Session } = require("chdb");
  const session = new Session(place);
  return async (statement) => session.query(statement, "TSVRaw").split("\n").filter((line) => line !== "");
}

async function main(engine, place) {
  const run = await { duckdb, clickhouse }[engine](place);
  for await (const line of require("node:readline").createInterface({ input: process.stdin })) {
    const rows = await run(JSON.parse(line));
    process.stdout.write(rows.map((row) => row + "\n").join("") + "\n");
  }
}

main(...process.argv.slice(2)).then(
  () => process.exit(0),
  (error) => {
    console.error(error.message);
    process.exit(1);
  });
