import { toJsonSchema } from "@valibot/to-json-schema";
import { expect, it } from "vitest";
import { conversationSchema, memberSchema } from "../../src/protocol/conversation.ts";
import { clientEvents, serverEvents } from "../../src/protocol/events.ts";
import { meEvents } from "../../src/protocol/me.ts";

// Clients outside rely on the wire. If this fails, the wire has changed: make sure that the change only adds, say so in
// PROTOCOL.md and CHANGELOG.md, and then put the new hash here.
const known = "01e41790133bf8c5fc525be22767595b8135ddabb31d9c409481caf9eb6a06ca";

it("the wire is the one that clients know", async () => {
	const schemas = { ...clientEvents, ...serverEvents, ...meEvents, conversation: conversationSchema, member: memberSchema };
	const described = Object.entries(schemas).map(([name, schema]) => [name, toJsonSchema(schema, { errorMode: "ignore" })]);
	const bytes = new TextEncoder().encode(JSON.stringify(described));
	const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
	expect(Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")).toBe(known);
});
