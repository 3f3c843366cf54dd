import { describe, expect, it } from "vitest";
import { offersChatProtocol, readToken } from "../../src/auth/bearer.ts";

const request = (headers: Record<string, string>, query = "") => new Request(`https://parley.example/api/me${query}`, { headers });

describe("a token rides", () => {
	it.each<[string, Record<string, string>, string, string | undefined]>([
		["nowhere", {}, "", undefined],
		["in Authorization", { authorization: "Bearer a.b.c" }, "", "a.b.c"],
		["in Authorization, in any case", { authorization: "bEARER a.b.c" }, "", "a.b.c"],
		["in Authorization, after two spaces", { authorization: "Bearer  a.b.c" }, "", "a.b.c"],
		["in no other scheme", { authorization: "Basic a.b.c" }, "", undefined],
		["after no word like the scheme", { authorization: "Bearers a.b.c" }, "", undefined],
		["as the scheme's whole value", { authorization: "Bearer a.b.c, Bearer d.e.f" }, "", "a.b.c, Bearer d.e.f"],
		["in the subprotocols", { "sec-websocket-protocol": "chat.v1, bearer.a.b.c" }, "", "a.b.c"],
		["in the subprotocols, unspaced and first", { "sec-websocket-protocol": "bearer.a.b.c,chat.v1" }, "", "a.b.c"],
		["in no other subprotocol", { "sec-websocket-protocol": "chat.v1, Bearer.a.b.c, token.x" }, "", undefined],
		["in the query", {}, "?cursor=1&token=a.b.c", "a.b.c"],
		["in no other parameter", {}, "?access_token=a.b.c", undefined],
		["in no cookie", { cookie: "token=a.b.c; parley_session=a.b.c" }, "", undefined],
		["first in Authorization", { authorization: "Bearer 1", "sec-websocket-protocol": "bearer.2" }, "?token=3", "1"],
		["then in the subprotocols", { authorization: "Basic 1", "sec-websocket-protocol": "bearer.2" }, "?token=3", "2"],
	])("%s", (_where, headers, query, token) => {
		expect(readToken(request(headers, query))).toBe(token);
	});
});

describe("chat.v1", () => {
	it.each<[string | undefined, boolean]>([
		[undefined, false],
		["chat.v1", true],
		["bearer.a.b.c ,chat.v1", true],
		["bearer.chat.v1", false],
		["chat.v10", false],
		["CHAT.V1", false],
	])("in %j: %s", (protocols, offered) => {
		expect(offersChatProtocol(request(protocols === undefined ? {} : { "sec-websocket-protocol": protocols }))).toBe(offered);
	});
});
