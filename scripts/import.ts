// Imports an exported conversation into a deployment whose JWT_SECRET you have, from the
// environment or from .dev.vars.
//   npm run import FILE                                   into `npm run dev` on this machine
//   npm run import FILE -- --url https://parley.example   into another deployment
//   npm run import FILE -- --as USERID                    with this user as an owner, besides the owners in the file
//   npm run import FILE -- --new                          under a new id, so that the file can be imported twice
// Checks the whole file before it sends anything. An interrupted import can be started again: the
// conversation appears only at its end.

import { randomBytes } from "node:crypto";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { parseArgs, parseEnv } from "node:util";
import { issueImportToken } from "../src/auth/import-token.ts";
import { type ArchiveRecord, emptyReading, type RecordOf, readRecord } from "../src/protocol/archive.ts";

/** UTF-16 units sent in one request: far below the limit, and at most a second's work. */
const partLength = 1_000_000;
const maxAttempts = 3;

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		url: { type: "string", default: "http://localhost:8787" },
		as: { type: "string" },
		new: { type: "boolean", default: false },
	},
});

/** Only line feeds end a line: texts may contain other line separators. */
async function* linesOf(file: string): AsyncGenerator<string> {
	let rest = "";
	for await (const chunk of createReadStream(file, "utf8")) {
		const lines = (rest + chunk).split("\n");
		rest = lines.pop() as string;
		yield* lines;
	}
	if (rest !== "") yield rest;
}

/** Checks the file and resolves to its first record. Throws if the file is incomplete or was changed. */
async function check(file: string): Promise<{ first: RecordOf<"conversation">; messages: number }> {
	let reading = emptyReading;
	let first: ArchiveRecord | undefined;
	for await (const line of linesOf(file)) {
		const next = await readRecord(line, reading);
		if (!next) throw new Error(`Line ${reading.lines + 1} was changed, or does not follow the line before it.`);
		reading = next.reading;
		first ??= next.record;
	}
	if (!reading.isWhole || first?.type !== "conversation") throw new Error("The file is cut short: its last record is missing.");
	return { first, messages: reading.messages };
}

async function* partsOf(file: string): AsyncGenerator<{ from: number; lines: string[] }> {
	let from = 0;
	let lines: string[] = [];
	let length = 0;
	for await (const line of linesOf(file)) {
		if (length + line.length > partLength && lines.length > 0) {
			yield { from, lines };
			from += lines.length;
			lines = [];
			length = 0;
		}
		lines.push(line);
		length += line.length;
	}
	yield { from, lines };
}

async function send(id: string, secret: string, { from, lines }: { from: number; lines: string[] }): Promise<void> {
	const address = new URL(`/api/import/${encodeURIComponent(id)}`, values.url);
	address.searchParams.set("from", String(from));
	if (values.as !== undefined) address.searchParams.set("as", values.as);
	for (let attempt = 1; ; attempt++) {
		const headers = { authorization: `Bearer ${await issueImportToken(id, secret)}` };
		const answer = await fetch(address, { method: "POST", headers, body: lines.join("\n") }).catch((error: Error) => error);
		if (answer instanceof Response && answer.status < 500) return checkResponse(answer, from + lines.length);
		if (attempt === maxAttempts)
			throw new Error(`${address.origin} cannot be reached: ${answer instanceof Error ? answer.message : answer.status}`);
	}
}

async function checkResponse(answer: Response, taken: number): Promise<void> {
	const body = (await answer.json()) as { taken?: number; error?: { message: string } };
	if (answer.status === 401) throw new Error("The deployment does not accept this JWT_SECRET.");
	if (answer.status === 409) throw new Error(`${body.error?.message} Use --new to import it under a new id.`);
	if (!answer.ok) throw new Error(body.error?.message ?? `The response was ${answer.status}.`);
	if (body.taken !== taken) throw new Error("Another import of the same conversation interfered. Start again.");
}

function readSecret(): string {
	const file = new URL("../.dev.vars", import.meta.url);
	const secret = process.env.JWT_SECRET ?? (existsSync(file) ? parseEnv(readFileSync(file, "utf8")).JWT_SECRET : undefined);
	if (!secret) throw new Error("Set JWT_SECRET to the deployment's secret.");
	return secret;
}

try {
	const [file] = positionals;
	if (file === undefined) throw new Error("Give the file: npm run import FILE -- --url https://parley.example --as USERID");
	const secret = readSecret();
	const { first, messages } = await check(file);
	const id = values.new ? randomBytes(16).toString("base64url") : first.id;
	for await (const part of partsOf(file)) await send(id, secret, part);
	console.log(`Imported ${messages} messages to ${new URL(`/c/${encodeURIComponent(id)}`, values.url)}`);
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
