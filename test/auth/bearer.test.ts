import { describe, expect, it } from "vitest";
import { offersChatProtocol, readToken } from "../../src/auth/bearer.ts";

const request = (headers: Record<string, string>, query = "") => new Request(`https://parley.example/api/me${query}`, { headers });

describe("readToken", () => {
	it.each<[string, Record<string, string>, string, string | undefined]>([
		["that is not there as none", {}, "", undefined],
		["from Authorization", { authorization: "Bearer a.b.c" }, "", "a.b.c"],
		["from Authorization, with the scheme in any case", { authorization: "bEARER a.b.c" }, "", "a.b.c"],
		["from Authorization, after two spaces", { authorization: "Bearer  a.b.c" }, "", "a.b.c"],
		["from no other scheme", { authorization: "Basic a.b.c" }, "", undefined],
		["from no scheme that only begins alike", { authorization: "Bearers a.b.c" }, "", undefined],
		["as the whole value after the scheme", { authorization: "Bearer a.b.c, Bearer d.e.f" }, "", "a.b.c, Bearer d.e.f"],
		["from the subprotocols", { "sec-websocket-protocol": "chat.v1, bearer.a.b.c" }, "", "a.b.c"],
		["from the subprotocols, first and without a space", { "sec-websocket-protocol": "bearer.a.b.c,chat.v1" }, "", "a.b.c"],
		["from no other subprotocol", { "sec-websocket-protocol": "chat.v1, Bearer.a.b.c, token.x" }, "", undefined],
		["from the query", {}, "?cursor=1&token=a.b.c", "a.b.c"],
		["from no other parameter", {}, "?access_token=a.b.c", undefined],
		["from no cookie", { cookie: "token=a.b.c; parley_session=a.b.c" }, "", undefined],
		["from Authorization before the others", { authorization: "Bearer 1", "sec-websocket-protocol": "bearer.2" }, "?token=3", "1"],
		["from the subprotocols before the query", { authorization: "Basic 1", "sec-websocket-protocol": "bearer.2" }, "?token=3", "2"],
	])("reads a token %s", (_where, headers, query, token) => {
		expect(readToken(request(headers, query))).toBe(token);
	});
});

describe("offersChatProtocol", () => {
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
