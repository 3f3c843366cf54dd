// Everything that the caller has here, as one file.

import { type Context, Hono } from "hono";
import { deviceOf } from "../../auth/device.ts";
import { tokenEpoch } from "../../auth/personal-token.ts";
import { type Identity, isGuest, userOf } from "../../auth/tokens.ts";
import { patiently } from "../../gateway/patiently.ts";
import { purseName } from "../../money/object.ts";
import { usageOf } from "../../money/report.ts";
import { exportVersion, Lines, type Piece, type PlaceInExport } from "../../protocol/account/export.ts";
import { accountLimits } from "../../protocol/account/limits.ts";
import { isRefusal, type Refusal } from "../../protocol/refusal.ts";
import { streamOf } from "../archive.ts";
import { type App, endOfSignIn, refuse } from "../http.ts";
import { describe } from "../operation.ts";

export const ownExports = new Hono<App>();

describe("GET /me/export", {
	tag: "Account",
	summary: "Export everything the caller has",
	description: `Returns everything that the caller has here as one file: their account, what they have spent, and of each conversation that they are or were in what they wrote and did there, with private answers. Of the messages of others it has ids alone, and it has no secrets. Bytes of files are fetched from the conversations. A file without an \`end\` record is incomplete; an \`unreachable\` record names a conversation that could not be read. Each export is noted in the log of the account, and there are ${accountLimits.ownExport.perDay} within 24 hours.`,
	access: "person",
	answers: {
		200: {
			media: "application/x-ndjson",
			description: "One record a line.",
			example: '{"type":"export","version":1,"exportedAt":"2026-11-29T12:00:00.000Z","user":{"id":"ann","name":"Ann"},…}\n',
		},
	},
	refuses: { rate_limited: "The caller has made too many of these exports within a day." },
});
ownExports.get("/me/export", async (c) => {
	const identity = c.get("identity");
	const begun = await personOf(c).beginExport(deviceOf(c.req.raw));
	if (isRefusal(begun))
		return refuse(c, begun, `Your data was downloaded ${accountLimits.ownExport.perDay} times within a day. Try again tomorrow.`);
	const exportedAt = new Date().toISOString();
	c.header("Content-Disposition", `attachment; filename="parley-data-${exportedAt.slice(0, 10)}.jsonl"`);
	c.header("Content-Type", "application/x-ndjson; charset=utf-8");
	return c.body(streamOf(piecesOf(c, identity, exportedAt)));
});

function personOf(c: Context<App>) {
	return c.env.USERS.getByName(c.get("identity").userId);
}

/** Reads each piece when there is room for it. Somebody whose sign-in ends meanwhile gets a file without its end. */
async function* piecesOf(c: Context<App>, identity: Identity, exportedAt: string): AsyncGenerator<string> {
	const head = await headOf(c, identity, exportedAt);
	yield head.text;
	const about = await personOf(c).exportAbout(await tokenEpoch(c.get("settings")), head.records);
	for (let piece: Piece<PlaceInExport> = about; ; ) {
		const refusal = await endOfSignIn(c);
		if (refusal) throw new Error(`An export could not continue: ${refusal.code}`);
		yield piece.text;
		if (!piece.next) return;
		const { next: place } = piece;
		const read = async () => await personOf(c).exportConversations(place, identity.network);
		const next = await patiently<Piece<PlaceInExport> | Refusal>(read, Number.POSITIVE_INFINITY);
		if (isRefusal(next)) throw new Error(`An export could not continue: ${next.code}`);
		piece = next;
	}
}

/** Who it is, and what they have spent. A purse names no conversation from which they were erased. */
async function headOf(c: Context<App>, identity: Identity, exportedAt: string): Promise<Lines> {
	const lines = new Lines();
	const user = userOf(identity);
	lines.add({ type: "export", version: exportVersion, exportedAt, user, isGuest: isGuest(identity) });
	const { report, at } = await c.env.LEDGER.getByName(purseName({ userId: user.id })).report("total", [], isGuest(identity));
	const { usd, replies, tokens, searches, days, people } = usageOf(report, [], at, () => "");
	const conversations = people.filter(({ userId }) => userId !== "").map(({ userId: id, usd, replies }) => ({ id, usd, replies }));
	lines.add({ type: "spending", usd, replies, tokens, searches, days, conversations });
	return lines;
}
