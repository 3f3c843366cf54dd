// Bans networks for a time.

import * as v from "valibot";
import { readBansAgain } from "../../auth/network-bans.ts";
import { canonicalPrefix, coversAddress } from "../../auth/prefix.ts";
import { adminLimits } from "../../protocol/admin/limits.ts";
import { networkBanSchema } from "../../protocol/admin/records.ts";
import { limits } from "../../protocol/limits.ts";
import { rangeText } from "../../protocol/text/number-text.ts";
import { bodyUpTo, readBody, refuse } from "../http.ts";
import { describe } from "../operation.ts";
import { admin, callerOf, directoryOf } from "./admin.ts";

const ban = { prefix: "192.0.2.0/24", until: "2026-11-25T12:00:00.000Z", at: "2026-11-24T12:00:00.000Z", by: "ann" };
const { min, max } = adminLimits.networkBan;
const banSchema = v.object({
	seconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max)), adminLimits.networkBan.default),
});
const fields = {
	prefix: "An address or a prefix, percent-encoded, such as `192.0.2.0%2F24` or `2001:db8::%2F32`.",
	seconds: "For how long, in seconds. A day if left out.",
	network: "The ban.",
	networks: "The bans in force, the latest first.",
};
const badPrefix =
	"The path must end with an address or a prefix, such as 192.0.2.0%2F24 or 2001:db8::%2F32. IPv4 prefixes have at least 8 bits, IPv6 prefixes 16.";

describe("GET /admin/networks", {
	tag: "Administration",
	summary: "List banned networks",
	description: "Lists the networks that are banned now.",
	access: "administrator",
	answers: { 200: { schema: v.object({ networks: v.array(networkBanSchema) }), example: { networks: [ban] } } },
	fields,
});
admin.get("/admin/networks", async (c) => c.json({ networks: await directoryOf(c).networks() }));

describe("PUT /admin/networks/:prefix", {
	tag: "Administration",
	summary: "Ban a network for a time",
	description:
		"Refuses every request from the network with 403 `forbidden`, from whomever it comes, within ten seconds everywhere. Connections that are open already stay open: suspend people to end theirs. Another ban of the same prefix replaces it.",
	access: "administrator",
	body: { schema: banSchema, example: { seconds: 86_400 } },
	answers: { 200: { schema: v.object({ network: networkBanSchema }), example: { network: ban } } },
	refuses: { forbidden: "The caller is not an administrator, or is in this network." },
	fields,
});
admin.put("/admin/networks/:prefix", bodyUpTo(limits.bodyBytes), async (c) => {
	const prefix = canonicalPrefix(c.req.param("prefix"));
	if (prefix === undefined) return refuse(c, "bad_request", badPrefix);
	const body = await readBody(c, banSchema);
	if (!body) return refuse(c, "bad_request", `\`seconds\` is ${rangeText(adminLimits.networkBan)}.`);
	const address = c.req.header("cf-connecting-ip");
	if (address !== undefined && coversAddress(prefix, address)) return refuse(c, "forbidden", "You are in that network yourself.");
	const network = await directoryOf(c).banNetwork(callerOf(c), prefix, Date.now() + body.seconds * 1000);
	await readBansAgain(c.env);
	return c.json({ network });
});

describe("DELETE /admin/networks/:prefix", {
	tag: "Administration",
	summary: "Lift the ban of a network",
	description: "Lets the network in again, within ten seconds everywhere.",
	access: "administrator",
	answers: { 204: "nothing" },
	refuses: { not_found: "This prefix is not banned." },
	fields,
});
admin.delete("/admin/networks/:prefix", async (c) => {
	const prefix = canonicalPrefix(c.req.param("prefix"));
	if (prefix === undefined) return refuse(c, "not_found");
	const isLifted = await directoryOf(c).unbanNetwork(callerOf(c), prefix);
	await readBansAgain(c.env);
	return isLifted ? c.body(null, 204) : refuse(c, "not_found");
});
