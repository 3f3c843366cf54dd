import { toJsonSchema } from "@valibot/to-json-schema";
import { expect, it } from "vitest";
import { clientEvents, conversationSchema, memberSchema, serverEvents } from "../../src/protocol/events.ts";

// Clients outside rely on the wire. If this fails, the wire has changed: make sure that the change only adds, say so in
// PROTOCOL.md and CHANGELOG.md, and then put the new hash here.
const known = "05ab9199f8cecb745d90e2fbcc66a4c27c549339c3947446811852ba7d2bc278";

it("the wire is the one that clients know", async () => {
	const schemas = { ...clientEvents, ...serverEvents, conversation: conversationSchema, member: memberSchema };
	const described = Object.entries(schemas).map(([name, schema]) => [name, toJsonSchema(schema, { errorMode: "ignore" })]);
	const bytes = new TextEncoder().encode(JSON.stringify(described));
	const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
	expect(Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")).toBe(known);
});
