// Dependencies point one way: read off the import lines.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

function filesUnder(folder: string): string[] {
	return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
		.map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** What a file imports: paths from the root for our own files, names for packages. */
function importsOf(file: string): string[] {
	const source = readFileSync(join(root, file), "utf8");
	const specifiers = [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] as string);
	return specifiers.map((name) => (name.startsWith(".") ? relative(root, join(root, dirname(file), name)) : name));
}

const conversationRules = [
	"conversation",
	"membership",
	"reply",
	"fanout",
	"store",
	"log",
	"rows",
	"versions",
	"migrations",
	"cursor",
	"seam",
	"typing",
	"rate",
	"inbox",
	"lists",
	"deliveries",
	"standings",
	"outbox",
	"unread",
	"reading",
	"again",
	"floods",
	"calls",
	"asking",
	"changes",
	"mentions",
	"reactions",
	"title",
	"gist",
	"farewells",
	"erasure",
	"words",
	"word-index",
	"search",
	"export",
	"readable",
	"restore",
	"weight",
	"thinking",
].map((name) => `src/conversation/${name}.ts`);

const socketIoPackets = ["packets", "engine", "translate", "progress", "recovery", "sends", "polling"].map(
	(name) => `src/socketio/${name}.ts`,
);

/** Which files may import which: our own by path, packages by name. */
const rules: [what: string, files: string[], allowed: RegExp][] = [
	["the wire", filesUnder("src/protocol"), /^(src\/protocol\/|valibot$)/],
	["settings", ["src/settings.ts"], /^$/],
	["a conversation's rules", conversationRules, new RegExp(`^(src/(protocol|storage)/|(${conversationRules.join("|")})$)`)],
	["auth", filesUnder("src/auth"), /^(src\/(protocol|auth)\/|src\/settings\.ts$|jose$|hono\/utils\/cookie$|valibot$)/],
	[
		"Claude",
		filesUnder("src/claude"),
		/^(src\/(protocol|claude)\/|src\/conversation\/(reply|title|gist|weight)\.ts$|src\/settings\.ts$|@anthropic-ai\/sdk)/,
	],
	[
		"a conversation's object",
		["object", "socket", "sockets", "intake", "ending"].map((name) => `src/conversation/${name}.ts`),
		/^(src\/(protocol|auth|claude|storage|conversation)\/|src\/(settings|upgrade)\.ts$|cloudflare:workers$)/,
	],
	["storage", filesUnder("src/storage"), /^$/],
	["a person's object", filesUnder("src/user"), /^(src\/(protocol|storage|user)\/|src\/upgrade\.ts$|cloudflare:workers$)/],
	["what objects do with a WebSocket", ["src/upgrade.ts"], /^src\/protocol\//],
	[
		"routes",
		filesUnder("src/routes"),
		/^(src\/(protocol|auth|routes)\/|src\/conversation\/(object|calls|conversation|search|export|readable)\.ts$|src\/user\/object\.ts$|src\/settings\.ts$|package\.json$|hono|jose$|valibot$|@valibot\/to-json-schema$)/,
	],
	[
		"Socket.IO's packets and what they mean",
		socketIoPackets,
		new RegExp(`^(src/protocol/|src/conversation/cursor\\.ts$|(${socketIoPackets.join("|")})$|(engine|socket)\\.io-parser$|valibot$)`),
	],
	[
		"Socket.IO",
		filesUnder("src/socketio").filter((file) => !socketIoPackets.includes(file)),
		/^(src\/(protocol|auth|socketio)\/|src\/conversation\/(object|conversation|floods)\.ts$|src\/settings\.ts$|hono|cloudflare:workers$)/,
	],
	[
		"the web client",
		filesUnder("web/src"),
		/^(web\/src\/|src\/protocol\/|react|marked$|remend$|lowlight$|highlight\.js(\/lib\/languages\/\w+)?$|wouter$|valibot$|idb$|frimousse$)/,
	],
];

describe("imports", () => {
	it.each(rules)("of %s", (_what, files, allowed) => {
		expect(files.length).toBeGreaterThan(0);
		const strays = files.flatMap((file) =>
			importsOf(file)
				.filter((name) => !allowed.test(name))
				.map((name) => `${file} imports ${name}`),
		);
		expect(strays).toEqual([]);
	});

	it("every file of src has its rule", () => {
		const ruled = new Set(rules.flatMap(([, files]) => files));
		expect(filesUnder("src").filter((file) => !ruled.has(file))).toEqual(["src/env.d.ts", "src/worker.ts"]);
	});
});

it("nothing of the tests is in the product", () => {
	const files = [...filesUnder("src"), ...filesUnder("web/src")];
	expect(files.filter((file) => importsOf(file).some((name) => name.startsWith("test/")))).toEqual([]);
});

it("what rides in an address is kept out of the platform's log", () => {
	expect(readFileSync(join(root, "wrangler.toml"), "utf8")).toMatch(/^redact_query_string = true$/m);
});

describe("what documents name as the test of something", () => {
	const textOf = (file: string) => readFileSync(join(root, file), "utf8");

	it("is a file that is there", () => {
		for (const document of ["GUARANTEES.md", "docs/socket.io-conformance.md"]) {
			const files = [...textOf(document).matchAll(/\]\((?:\.\.\/)?(test\/[^)]+)\)/g)].map((match) => match[1] as string);
			expect(files.length).toBeGreaterThan(0);
			expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
		}
	});

	it("is, of each case of the conformance suites, a test by this name", () => {
		const tests = textOf("test/e2e/socketio-protocol.test.ts");
		const cases = [...textOf("docs/socket.io-conformance.md").matchAll(/^\| [^|]+: [^|]+ \| [^|]+ \| ([^|]+) \|$/gm)];
		expect(cases.length).toBe(25 + 32);
		// A row of a table of tests is named by what it has in common with the others.
		const isThere = (name: string) => name.split("…").every((part) => tests.includes(part.trim()));
		expect(cases.map((match) => match[1] as string).filter((name) => !isThere(name))).toEqual([]);
	});
});
