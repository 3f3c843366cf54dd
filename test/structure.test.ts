// Dependencies point one way: read off the import lines.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

function filesUnder(folder: string): string[] {
	return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && /(?<!\.d)\.tsx?$/.test(entry.name))
		.map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** The imports of a file: paths from the root for our own files, names for packages. */
function importsOf(file: string): string[] {
	const source = readFileSync(join(root, file), "utf8");
	const specifiers = [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] as string);
	return specifiers.map((name) => (name.startsWith(".") ? relative(root, join(root, dirname(file), name)) : name));
}

const productFiles = [...filesUnder("src"), ...filesUnder("web/src")];

/** Which files a folder may import, itself excepted: our own by path, packages by name. A folder's rule holds below it where no other does. */
const rules: { readonly [place: string]: RegExp } = {
	"src/protocol/": /^valibot$/,
	"src/markdown/": /^(src\/protocol\/|marked$)/,
	"src/settings.ts":
		/^src\/((assistant-|sign-in-|push-|file-|)setting(s|-values)|money\/(prices|budgets)|claude\/(domains|mcp\/servers))\.ts$/,
	"src/file-settings.ts": /^src\/(setting-values\.ts|protocol\/files\/limits\.ts)$/,
	"src/files/": /^(src\/(protocol|platform)\/|src\/file-settings\.ts$|cloudflare:workers$)/,
	"src/files/upload.ts": /^src\/(protocol|auth|files)\/|^src\/(money\/quota|conversation\/file-calls|settings)\.ts$/,
	"src/setting-values.ts": /^src\/(money\/budgets|claude\/domains)\.ts$/,
	"src/assistant-settings.ts": /^src\/(protocol\/text\/assistant-name|setting-values)\.ts$/,
	"src/sign-in-settings.ts": /^src\/setting-values\.ts$/,
	"src/push-settings.ts": /^src\/setting-values\.ts$/,
	"src/push/": /^(src\/(protocol\/|push-settings\.ts$|platform\/retry-after\.ts$)|@block65\/webcrypto-web-push$|cloudflare:workers$)/,
	"src/transcription/": /^(src\/(protocol\/|file-settings\.ts$|platform\/(bounded-body|retry-after)\.ts$)|valibot$)/,
	"src/webhooks/": /^(src\/(protocol\/|platform\/retry-after\.ts$)|valibot$)/,
	"src/money/": /^src\/protocol\//,
	"src/money/prices.ts": /^$/,
	"src/money/migrations.ts": /^src\/(platform\/migrate\.ts$|money\/)/,
	"src/money/networks.ts": /^src\/auth\/network\.ts$/,
	"src/money/quota.ts": /^src\/(protocol\/|auth\/network\.ts$|money\/)/,
	"src/money/object.ts": /^(src\/(protocol|platform|money)\/|cloudflare:workers$)/,
	"src/deployment/": /^(src\/protocol\/|src\/((push-)?settings|push\/keys)\.ts$|cloudflare:workers$)/,
	"src/platform/": /^(src\/protocol\/|cloudflare:durable-objects$)/,
	"src/auth/": /^(src\/protocol\/|src\/platform\/bounded-body\.ts$|src\/settings\.ts$|jose$|oauth4webapi$|hono\/utils\/cookie$|valibot$)/,
	"src/claude/":
		/^(src\/protocol\/|src\/platform\/(bounded-body|in-time)\.ts$|src\/conversation\/ports\.ts$|src\/settings\.ts$|@anthropic-ai\/sdk)/,
	"src/claude/mcp/servers.ts": /^(src\/protocol\/|valibot$)/,
	"src/conversation/store/": /^src\/(protocol|platform|money)\//,
	"src/conversation/replies/": /^src\/((protocol|money)\/|platform\/full\.ts$|conversation\/(ports\.ts$|store\/))/,
	"src/conversation/messages/": /^src\/(protocol\/|platform\/full\.ts$|conversation\/(ports\.ts$|rate\.ts$|store\/|replies\/))/,
	"src/conversation/people/": /^src\/(protocol\/|platform\/(full|pause)\.ts$|conversation\/(ports\.ts$|rate\.ts$|store\/|replies\/))/,
	"src/conversation/lists/": /^src\/(protocol\/|platform\/|conversation\/(ports\.ts$|store\/))/,
	"src/conversation/webhooks/": /^src\/((protocol|platform|webhooks)\/|conversation\/(ports\.ts$|store\/))/,
	"src/conversation/people/wiring.ts": /^src\/(protocol\/|conversation\/)/,
	"src/conversation/archive/calls.ts": /^(src\/(protocol|auth|conversation)\/|cloudflare:workers$)/,
	"src/conversation/archive/beginnings.ts": /^src\/(protocol|conversation)\//,
	"src/conversation/webhooks/wiring.ts":
		/^src\/(auth\/identify|deployment\/settings|settings|webhooks\/send|conversation\/webhooks\/webhooks)\.ts$/,
	"src/conversation/webhooks/calls.ts": /^(src\/(protocol|auth|conversation)\/|cloudflare:workers$)/,
	"src/conversation/webhooks/incoming.ts": /^src\/((protocol|auth|conversation)\/|platform\/full\.ts$)/,
	"src/conversation/archive/": /^src\/(protocol\/|markdown\/|conversation\/store\/)/,
	"src/conversation/sockets/": /^src\/((protocol|platform)\/|conversation\/(ports\.ts$|rate\.ts$|conversation\.ts$|store\/))/,
	"src/conversation/ports.ts": /^src\/(protocol|money)\//,
	"src/conversation/rate.ts": /^$/,
	"src/conversation/conversation.ts":
		/^src\/(protocol\/|platform\/full\.ts$|conversation\/(ports\.ts$|rate\.ts$|(store|replies|messages|people)\/))/,
	"src/conversation/":
		/^(src\/(protocol|auth|claude|money|platform|metrics|webhooks|transcription|conversation)\/|src\/relay\/(placement|moved)\.ts$|src\/((deployment\/)?settings|file-settings)\.ts$|cloudflare:workers$)/,
	"src/metrics/": /^src\/protocol\//,
	"src/admin/": /^(src\/(protocol|platform|metrics|money)\/|cloudflare:workers$)/,
	"src/user/": /^(src\/(protocol|platform)\/|cloudflare:workers$)/,
	"src/user/push/wiring.ts": /^src\/(auth\/(identify|tokens)|deployment\/settings|push\/send|settings|user\/push\/(push|store))\.ts$/,
	"src/gateway/":
		/^(src\/((protocol|auth)\/|(conversation\/(object|sockets\/flood-control)|relay\/(placement|moved)|files\/upload|platform\/(held-bytes|upgrade)|settings)\.ts$)|valibot$)/,
	"src/gateway/socketio/":
		/^(src\/(protocol|auth)\/|src\/gateway\/[\w-]+\.ts$|src\/conversation\/(object|store\/cursor|sockets\/flood-control)\.ts$|src\/deployment\/settings\.ts$|src\/settings\.ts$|src\/files\/upload\.ts$|src\/platform\/read-body\.ts$|hono|(engine|socket)\.io-parser$|valibot$|cloudflare:workers$)/,
	"src/routes/":
		/^(src\/(protocol|auth|metrics)\/|src\/platform\/read-body\.ts$|src\/files\/(object|upload)\.ts$|src\/gateway\/[\w-]+\.ts$|src\/conversation\/(object|calls|aside-calls|file-calls|conversation|archive\/\w+)\.ts$|src\/user\/object\.ts$|src\/(push\/send|webhooks\/(send|slack))\.ts$|src\/claude\/(models|mcp\/toolbox)\.ts$|src\/money\/(prices|object|periods|quota|report)\.ts$|src\/(deployment\/)?settings\.ts$|package\.json$|hono|jose$|valibot$|@valibot\/to-json-schema$)/,
	"src/relay/":
		/^(src\/((protocol|platform)\/|auth\/(tokens|personal-token)\.ts$|conversation\/(relays\/delivery|messages\/work-rate|sockets\/(sockets?|flood-control)|store\/(cursor|people\/relays))\.ts$|settings\.ts$)|cloudflare:workers$)/,
	"src/relay/placement.ts": /^$/,
	"src/relay/moved.ts": /^$/,
	"src/repeatable.ts": /^(src\/(conversation|deployment|files|money|push|user)\/object\.ts$|cloudflare:durable-objects$)/,
	"src/worker.ts": /./,
	"src/standalone/": /^src\/(worker|auth\/bounded-map|protocol\/errors)\.ts$/,
	"web/src/live/": /^(src\/protocol\/|valibot$|idb$)/,
	"web/src/list/": /^(src\/protocol\/|web\/src\/(live\/|account\/currentSession\.ts$|(api|browser)\.ts$)|react$)/,
	"web/src/":
		/^(src\/(protocol|markdown)\/|react|lowlight$|highlight\.js(\/lib\/languages\/\w+)?$|wouter$|valibot$|idb$|frimousse$|temml(\/dist\/Temml-Local\.css)?$)/,
};

/** Pure files of Socket.IO: they know no platform, no HTTP and no tokens. */
const socketIoPackets = [
	"packets",
	"outbound",
	"catch-up",
	"recovery",
	"polling",
	"heartbeat",
	"repeats",
	"resends",
	"text-hash",
	"attachments",
	"sent-files",
].map((name) => `src/gateway/socketio/${name}.ts`);

function placeOf(file: string): string | undefined {
	const places = Object.keys(rules).filter((place) => file === place || (place.endsWith("/") && file.startsWith(place)));
	return places.sort((one, other) => other.length - one.length)[0];
}

describe("imports", () => {
	it.each(Object.keys(rules))("of %s", (place) => {
		const files = productFiles.filter((file) => placeOf(file) === place);
		expect(files.length).toBeGreaterThan(0);
		const strays = files.flatMap((file) =>
			importsOf(file)
				.filter((name) => !(place.endsWith("/") && name.startsWith(place)) && !(rules[place] as RegExp).test(name))
				.map((name) => `${file} imports ${name}`),
		);
		expect(strays).toEqual([]);
	});

	it("every file has a rule", () => {
		expect(productFiles.filter((file) => placeOf(file) === undefined)).toEqual([]);
	});

	it("Socket.IO's packets and their meaning are pure", () => {
		const allowed = new RegExp(
			`^(src/protocol/|src/conversation/store/cursor\\.ts$|(${socketIoPackets.join("|")})$|(engine|socket)\\.io-parser$|valibot$)`,
		);
		expect(socketIoPackets.flatMap((file) => importsOf(file).filter((name) => !allowed.test(name)))).toEqual([]);
	});

	it("form no circle", () => {
		expect(
			circles(new Map(productFiles.map((file) => [file, importsOf(file).filter((name) => name !== file && productFiles.includes(name))]))),
		).toEqual([]);
	});
});

/** Groups of files that reach each other by their imports. */
function circles(imports: ReadonlyMap<string, string[]>): string[][] {
	const reached = new Map([...imports.keys()].map((file) => [file, reachable(file, imports)]));
	const inCircle = [...imports.keys()].filter((file) => reached.get(file)?.has(file));
	const groups = inCircle.map((file) => inCircle.filter((other) => reached.get(file)?.has(other) && reached.get(other)?.has(file)).sort());
	return [...new Set(groups.map((group) => group.join(" ")))].map((group) => group.split(" "));
}

function reachable(from: string, imports: ReadonlyMap<string, string[]>): Set<string> {
	const found = new Set<string>();
	const waiting = [...(imports.get(from) ?? [])];
	for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
		if (found.has(file)) continue;
		found.add(file);
		waiting.push(...(imports.get(file) ?? []));
	}
	return found;
}

describe("ceilings", () => {
	/** Texts and tables of data may be longer: splitting them would not make them clearer. */
	const tables = /^(web\/src\/languages\/\w+\.ts|src\/conversation\/store\/migrations\.ts)$/;
	const linesOf = (file: string) => readFileSync(join(root, file), "utf8").split("\n").length - 1;

	it("allow 300 lines a file", () => {
		const long = productFiles.filter((file) => !tables.test(file) && linesOf(file) > 300);
		expect(long).toEqual([]);
	});

	it("allow 150 lines for the conversation's object", () => {
		expect(linesOf("src/conversation/object.ts")).toBeLessThanOrEqual(150);
	});

	it("allow 70 lines a function", () => {
		expect(productFiles.flatMap(longFunctions)).toEqual([]);
	});

	it("allow 20 files a folder, a component and its styles counted as one", () => {
		const folders = Map.groupBy(productFiles, dirname);
		expect([...folders].filter(([, files]) => files.length > 20).map(([folder]) => folder)).toEqual([]);
	});
});

/** Matches a line on which a function begins: a declaration, method or arrow whose body opens at the end of the line. */
const functionStart =
	/\bfunction\b.*\{$|=> [({]$|^\t+(?!(?:if|for|while|switch|catch|describe)\b)(?:(?:override|static|async|get|set) )*[#*]?\w+\(.*\{$|^\t*\}?\)(?:: [^=]+)? (?:=> )?\{$/;

/** Functions of more than 70 lines. One ends at the next line with its indentation. */
function longFunctions(file: string): string[] {
	const lines = readFileSync(join(root, file), "utf8").split("\n");
	return lines.flatMap((line, start) => {
		if (!functionStart.test(line)) return [];
		const indent = /^\t*/.exec(line)?.[0] ?? "";
		const length = lines.slice(start + 1).findIndex((other) => other.startsWith(indent) && /^[^\t\s]/.test(other.slice(indent.length))) + 2;
		return length > 70 ? [file] : [];
	});
}

it("keeps SQL in the folders and files that store", () => {
	const stores =
		/^src\/(standalone\/room\.ts$|conversation\/store\/|platform\/|files\/(store|rows)\.ts$|money\/(account|forgotten|purse|rules|speech|written)\.ts$|user\/((store|push\/store|tokens|sessions|suspension|erasure|erasure-counts|migrations)|account\/(passkeys|recovery-codes|devices|events|identities|links))\.ts$|admin\/(audit|conversations|counters|holds|migrations|networks|people|purses|requests|shortenings|suspensions)\.ts$)/;
	const statement = /\bsql\s*\.exec\b|\b(SELECT .* FROM|INSERT (OR \w+ )?INTO|UPDATE \w+ SET|DELETE FROM|(CREATE|DROP) TABLE)\b/;
	const files = productFiles.filter((file) => !stores.test(file) && statement.test(readFileSync(join(root, file), "utf8")));
	expect(files).toEqual([]);
});

it("keeps tests out of the product", () => {
	const files = [...filesUnder("src"), ...filesUnder("web/src")];
	expect(files.filter((file) => importsOf(file).some((name) => name.startsWith("test/")))).toEqual([]);
});

it("keeps query strings, which may hold tokens, out of the platform's log", () => {
	expect(readFileSync(join(root, "wrangler.toml"), "utf8")).toMatch(/^redact_query_string = true$/m);
});

describe("documents", () => {
	const textOf = (file: string) => readFileSync(join(root, file), "utf8");

	it("show the source tree as it is", () => {
		const block = /## The source tree\n+```\n(.*?)```/s.exec(textOf("docs/architecture.md"))?.[1] ?? "";
		expect(pathsIn(block)).toEqual([...productFiles, "src/env.d.ts"].sort());
	});

	it("name only tests that exist", () => {
		for (const document of ["GUARANTEES.md", "docs/socket.io-conformance.md"]) {
			const files = [...textOf(document).matchAll(/\]\((?:\.\.\/)?(test\/[^)]+)\)/g)].map((match) => match[1] as string);
			expect(files.length).toBeGreaterThan(0);
			expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
		}
	});

	it("name an existing test for each case of the conformance suites", () => {
		const tests = textOf("test/long/socketio-protocol.test.ts");
		const cases = [...textOf("docs/socket.io-conformance.md").matchAll(/^\| [^|]+: [^|]+ \| [^|]+ \| ([^|]+) \|$/gm)];
		expect(cases.length).toBe(25 + 32);
		// A test of a table is named by the parts that its rows have in common.
		const isThere = (name: string) => name.split("…").every((part) => tests.includes(part.trim()));
		expect(cases.map((match) => match[1] as string).filter((name) => !isThere(name))).toEqual([]);
	});
});

/** The paths in a drawn tree: folders end in a slash, two spaces indent, and a line may name several files. */
function pathsIn(tree: string): string[] {
	const folders: string[] = [];
	return tree
		.split("\n")
		.flatMap((line) => {
			const [, indent = "", names = ""] = /^((?: {2})*)(\S+(?:, \S+)*)/.exec(line) ?? [];
			folders.length = indent.length / 2;
			if (!names.endsWith("/")) return names === "" ? [] : names.split(", ").map((name) => folders.join("") + name);
			folders.push(names);
			return [];
		})
		.sort();
}

it("opens at most one comment in ten with a relative clause", () => {
	const files = [...productFiles, ...filesUnder("test"), ...filesUnder("scripts")];
	const comments = files.flatMap((file) => commentsOf(readFileSync(join(root, file), "utf8")));
	const decoded = comments.filter((comment) => /^(Who|What|Whether|Where|How|Of|As)\b/.test(comment));
	expect(comments.length).toBeGreaterThan(1_000);
	expect(decoded.length / comments.length).toBeLessThan(0.1);
});

/** The first line of each comment. */
function commentsOf(source: string): string[] {
	const lines = source.split("\n").map((line) => /^\s*(?:\/\/|\/\*\*)\s*(.*)$/.exec(line)?.[1]);
	return lines.filter((text, n): text is string => text !== undefined && text !== "" && (n === 0 || lines[n - 1] === undefined));
}
