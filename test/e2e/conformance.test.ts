// The rules of the wire as data, against the running product.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { cases, schemaText } from "../conformance/cases.ts";
import { runCase, Server } from "../conformance/runner.ts";
import { product } from "./opened.ts";

const server = new Server(product.url);

it.each(cases.map((one) => [one.name, one] as const))("the server %s", async (_name, one) => {
	await runCase(server, one);
});

it("the cases have a schema for other languages", () => {
	const written = readFileSync(new URL("../conformance/schema.json", import.meta.url), "utf8");
	expect(JSON.parse(written)).toEqual(JSON.parse(schemaText()));
});

it("each case has a name of its own, and names a heading of PROTOCOL.md", () => {
	expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
	const protocol = readFileSync(new URL("../../PROTOCOL.md", import.meta.url), "utf8");
	expect(cases.filter(({ section }) => !new RegExp(`^#+ ${section}$`, "m").test(protocol)).map(({ name }) => name)).toEqual([]);
});
