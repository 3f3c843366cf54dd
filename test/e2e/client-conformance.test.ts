// The rules of the wire for clients as data: the page's client and the package `parley-client` play them against a scripted server.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { connect } from "../../web/parley-client/index.ts";
import { clientCases, clientSchemaText } from "../conformance/client-cases.ts";
import { type MakeClient, runClientCase } from "../conformance/client-runner.ts";
import { Viewer } from "../soak/participants.ts";
import { randomOf } from "../soak/random.ts";

const clients: { [name: string]: MakeClient } = {
	"the page's client": (url, conversationId) => {
		const { client } = new Viewer({ proxyUrl: url, conversationId, userId: "ann", token: "token", random: randomOf(1) });
		return {
			messages: () => client.snapshot().transcript.messages,
			ended: () => {
				const { connection } = client.snapshot();
				return connection.type === "ended" ? connection.code : undefined;
			},
			say: (content) => client.sendMessage(content),
			subscribe: (listener) => client.subscribe(listener),
			close: () => client.stop(),
		};
	},
	"parley-client": (url, conversationId) => {
		const client = connect({ url, conversationId, token: () => "token" });
		return {
			messages: () => client.state.messages,
			ended: () => client.state.code,
			say: (content) => client.send(content),
			subscribe: (listener) => client.subscribe(listener),
			close: () => client.close(),
		};
	},
};

describe.each(Object.entries(clients))("%s", (_name, make) => {
	it.each(clientCases.map((one) => [one.name, one] as const))("%s", async (_name, one) => {
		await runClientCase(make, one);
	});
});

it("the cases have a schema for other languages", () => {
	const written = readFileSync(new URL("../conformance/client-schema.json", import.meta.url), "utf8");
	expect(JSON.parse(written)).toEqual(JSON.parse(clientSchemaText()));
});
