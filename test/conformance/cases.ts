// The format of the conformance cases for servers. schema.json is made from it, for runners in other languages.

import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import text from "./cases.json" with { type: "json" };

const name = v.pipe(v.string(), v.regex(/^[a-z]+\d?$/));
/** Any JSON. Strings that begin with `$` are patterns or variables, as README.md says. */
const pattern = v.record(v.string(), v.unknown());

const step = v.union([
	v.strictObject({
		connect: name,
		as: v.optional(name),
		path: v.optional(v.pipe(v.string(), v.startsWith("/"))),
		cursor: v.optional(v.string()),
	}),
	v.strictObject({ send: name, events: v.pipe(v.array(pattern), v.minLength(1)) }),
	v.strictObject({ send: name, frame: v.string() }),
	v.strictObject({ expect: name, event: v.intersect([v.object({ type: v.string() }), pattern]) }),
	v.strictObject({ expect: name, frame: v.string() }),
	v.strictObject({ silent: name, about: v.pipe(v.array(v.string()), v.minLength(1)) }),
	v.strictObject({ disconnect: name }),
	v.strictObject({ closed: name, code: v.number() }),
	v.strictObject({
		call: name,
		method: v.picklist(["GET", "POST", "PATCH", "PUT", "DELETE"]),
		path: v.pipe(v.string(), v.startsWith("/")),
		body: v.optional(pattern),
		status: v.number(),
		answer: v.optional(pattern),
	}),
]);

const caseSchema = v.strictObject({
	name: v.string(),
	/** The heading of PROTOCOL.md under which the rule is. */
	section: v.string(),
	/** The first one owns the conversation, and the others are members. */
	people: v.pipe(v.array(name), v.minLength(1)),
	/** Roles other than `member`. */
	roles: v.optional(v.record(name, v.picklist(["owner", "reader"]))),
	/** When Claude replies; `off` if it is left out. */
	assistant: v.optional(v.picklist(["auto", "always", "mention", "off"])),
	steps: v.pipe(v.array(step), v.minLength(1)),
});

const fileSchema = v.strictObject({ $schema: v.string(), version: v.literal(1), cases: v.array(caseSchema) });

export type Step = v.InferOutput<typeof step>;
export type Case = v.InferOutput<typeof caseSchema>;
export const cases: Case[] = v.parse(fileSchema, text).cases;

export function schemaText(): string {
	return `${JSON.stringify(toJsonSchema(fileSchema, { errorMode: "ignore" }), undefined, "\t")}\n`;
}
