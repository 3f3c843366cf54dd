import { toJsonSchema } from "@valibot/to-json-schema";
import { expect, it } from "vitest";
import { clientEvents, conversationSchema, memberSchema, serverEvents } from "../../src/protocol/events.ts";

// Clients outside rely on the wire. If this fails, the wire has changed: make sure that the change only adds, say so in
// PROTOCOL.md and CHANGELOG.md, and then put the new hash here.
const known = "19e57446695979ab24e33ae5f601b004121569369abd38bf7e92d953ba38bd31";

it("the wire is the one that clients know", async () => {
	const schemas = { ...clientEvents, ...serverEvents, conversation: conversationSchema, member: memberSchema };
	const described = Object.entries(schemas).map(([name, schema]) => [name, toJsonSchema(schema, { errorMode: "ignore" })]);
	const bytes = new TextEncoder().encode(JSON.stringify(described));
	const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
	expect(Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")).toBe(known);
});
