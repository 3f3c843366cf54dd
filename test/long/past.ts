// Makes a conversation with a long history in a second, by importing a generated file as an operator would.

import { randomBytes } from "node:crypto";
import type { CDPSession } from "playwright-core";
import { issueImportToken } from "../../src/auth/import-token.ts";
import { type ArchiveRecord, conversationRecord, emptyChain, endRecord, memberRecord, writeRecords } from "../../src/protocol/archive.ts";
import { defaultClaudeSettings } from "../../src/protocol/claude-settings.ts";
import { claude } from "../../src/protocol/person.ts";
import { browser, product } from "../e2e/opened.ts";
import { Visitor } from "../e2e/product.ts";
import { tokenOf } from "../e2e/wire.ts";

const people = ["Bob", "Eve"].map((username) => ({ userId: `u-${username.toLowerCase()}`, username }));
/** Lines per part of the import: a part may have 8 MiB. */
const partLength = 2_500;

/** The text of message number `seq`: mostly a line or two, sometimes a long reply of Claude's. */
export function textAt(seq: number): string {
	if (seq % 10 !== 0) return `Line ${seq} of the past.${" It goes on for a while, as people do.".repeat(seq % 4)}`;
	return `Answer ${seq} of the past.\n\n${`- a point that takes some words to make\n`.repeat(seq % 7)}\n\`\`\`\ncode ${seq}\n\`\`\`\n\n${"And so on. ".repeat(seq % 40)}`;
}

/** Imports `count` messages of others, a minute apart, into a new conversation of `userId` with so many further members. Returns its id. */
export async function restorePast(
	{ url, secret }: { url: string; secret: string },
	userId: string,
	count: number,
	crowd = 0,
): Promise<string> {
	const id = randomBytes(16).toString("base64url");
	const begin = Date.now() - count * 60_000;
	const timeAt = (seq: number) => new Date(begin + seq * 60_000).toISOString();
	const members = [
		...people.map((person) => ({ ...person, role: "member" as const })),
		...Array.from({ length: crowd }, (_, n) => ({ userId: `crowd-${n}`, username: `Otter ${n}`, role: "member" as const })),
		{ userId, username: "Ann", role: "owner" as const },
	];
	const past = { id, title: "The past", assistant: "off" as const, createdAt: timeAt(0), versions: [], ...defaultClaudeSettings };
	const head = [conversationRecord(past, timeAt(count)), ...members.map(memberRecord)];
	const messages = Array.from({ length: count }, (_, n): ArchiveRecord => {
		const seq = n + 1;
		const author = seq % 10 === 0 ? claude : (people[Math.floor(seq / 3) % people.length] ?? claude);
		const role = author === claude ? "assistant" : "user";
		return { type: "message", id: `m${seq}-past`, role, author, content: textAt(seq), createdAt: timeAt(seq), status: "complete", seq };
	});
	const body = await writeRecords([...head, ...messages], emptyChain);
	const end = await writeRecords([endRecord(body.chain)], body.chain);
	const lines = (body.lines + end.lines).trimEnd().split("\n");
	for (let from = 0; from < lines.length; from += partLength) {
		const answer = await fetch(`${url}/api/import/${id}?from=${from}&as=${userId}`, {
			method: "POST",
			headers: { authorization: `Bearer ${await issueImportToken(id, secret)}` },
			body: lines.slice(from, from + partLength).join("\n"),
		});
		if (!answer.ok) throw new Error(`The past was refused: ${await answer.text()}`);
	}
	return id;
}

/** Opens a conversation with `count` imported messages for Ann, who is at its end. */
export async function annWithPast(count: number, crowd = 0): Promise<{ ann: Visitor; id: string; cdp: CDPSession }> {
	const ann = await Visitor.arrive(browser, { viewport: { width: 1000, height: 700 } });
	await ann.signIn(product.url, "Ann");
	await ann.page.getByRole("button", { name: "New conversation" }).waitFor();
	const userId = JSON.parse(Buffer.from((await tokenOf(ann)).split(".")[1] as string, "base64url").toString()).sub;
	const id = await restorePast(product, userId, count, crowd);
	await ann.page.goto(`${product.url}/c/${id}`);
	await ann.sees(`of the past`);
	return { ann, id, cdp: await ann.page.context().newCDPSession(ann.page) };
}

/** The difference between the largest and the smallest value. */
export const spread = (notes: readonly number[]) => Math.max(...notes) - Math.min(...notes);
