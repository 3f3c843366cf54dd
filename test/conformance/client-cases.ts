// The format of the conformance cases for clients. client-schema.json is made from it.

import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import text from "./client-cases.json" with { type: "json" };

const pattern = v.record(v.string(), v.unknown());
const event = v.intersect([v.object({ type: v.string() }), pattern]);

const step = v.union([
	v.strictObject({ accept: v.strictObject({ cursor: v.string() }) }),
	v.strictObject({ events: v.pipe(v.array(event), v.minLength(1)) }),
	v.strictObject({ frame: v.string() }),
	v.strictObject({ say: v.string() }),
	v.strictObject({ receive: event }),
	v.strictObject({ shows: v.array(pattern) }),
	v.strictObject({ ends: v.number() }),
	v.strictObject({ close: v.number() }),
	v.strictObject({ drop: v.literal(true) }),
]);

const caseSchema = v.strictObject({ name: v.string(), section: v.string(), steps: v.pipe(v.array(step), v.minLength(1)) });

const fileSchema = v.strictObject({
	$schema: v.string(),
	version: v.literal(1),
	/** Fields that a case may leave out: of events, by their type, and of `message` and each of `messages` in them. */
	defaults: v.record(v.string(), pattern),
	cases: v.array(caseSchema),
});

export type ClientCase = v.InferOutput<typeof caseSchema>;
export const { cases: clientCases, defaults } = v.parse(fileSchema, text);

export function clientSchemaText(): string {
	return `${JSON.stringify(toJsonSchema(fileSchema, { errorMode: "ignore" }), undefined, "\t")}\n`;
}
