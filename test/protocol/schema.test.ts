import { toJsonSchema } from "@valibot/to-json-schema";
import { expect, it } from "vitest";
import { conversationSchema, memberSchema } from "../../src/protocol/conversation.ts";
import { clientEvents, serverEvents } from "../../src/protocol/events.ts";
import { meEvents } from "../../src/protocol/me.ts";

// Clients outside rely on the wire. If this fails, the wire has changed: make sure that the change only adds, say so in
// PROTOCOL.md and CHANGELOG.md, and then put the new hash here.
const known = "4f49856cf78f4d437d6eed98b960d053f574b9d8bd1acdab65249afde122eef9";

it("the wire is the one that clients know", async () => {
	const schemas = { ...clientEvents, ...serverEvents, ...meEvents, conversation: conversationSchema, member: memberSchema };
	const described = Object.entries(schemas).map(([name, schema]) => [name, toJsonSchema(schema, { errorMode: "ignore" })]);
	const bytes = new TextEncoder().encode(JSON.stringify(described));
	const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
	expect(Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")).toBe(known);
});
