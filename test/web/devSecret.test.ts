// The development secret, and the README in its own order: nothing that anybody does to `.dev.vars` signs people out.

import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = join(import.meta.dirname, "../../scripts/dev-secret.ts");
let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "parley-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const build = (env: Record<string, string>) =>
	execFileSync(process.execPath, [script, folder], { env: { ...process.env, ...env }, stdio: "pipe" });
const vars = () => readFileSync(join(folder, ".dev.vars"), "utf8");
/** As the last assignment of the file has it. */
const secret = () => [...vars().matchAll(/^JWT_SECRET="(.+)"$/gm)].at(-1)?.[1];

function start(): string | undefined {
	build({ WRANGLER_COMMAND: "dev" });
	return secret();
}

describe("the development secret", () => {
	it("is made once", () => {
		const made = start();
		expect(made).toMatch(/^[\w-]{43}$/);
		expect(start()).toBe(made);
		expect(vars()).toBe(`JWT_SECRET="${made}"\n`);
	});

	it("stays when the key is added, as the README says", () => {
		const made = start();
		appendFileSync(join(folder, ".dev.vars"), 'ANTHROPIC_API_KEY="sk-ant-x"\n');
		expect(start()).toBe(made);
		expect(vars()).toContain('ANTHROPIC_API_KEY="sk-ant-x"\n');
	});

	it("stays when the file is replaced by the example, or deleted", () => {
		const made = start();
		const example = readFileSync(join(import.meta.dirname, "../../.dev.vars.example"), "utf8");
		writeFileSync(join(folder, ".dev.vars"), example.replace('KEY=""', 'KEY="sk-ant-x"'));
		expect(start()).toBe(made);
		expect(vars()).toContain('ANTHROPIC_API_KEY="sk-ant-x"');
		rmSync(join(folder, ".dev.vars"));
		expect(start()).toBe(made);
	});

	it("is the developer's own if there is one, also without a line break at the end", () => {
		const own = "a secret of my own, 32 bytes or more";
		writeFileSync(join(folder, ".dev.vars"), `JWT_SECRET="${own}"`);
		expect(start()).toBe(own);
		expect(vars()).toBe(`JWT_SECRET="${own}"`);
		writeFileSync(join(folder, ".dev.vars"), "A=1");
		expect(start()).toBe(own);
		expect(vars()).toBe(`A=1\nJWT_SECRET="${own}"\n`);
	});

	it("is not made for a deployment, which must not be a development build", () => {
		build({ WRANGLER_COMMAND: "deploy", NODE_ENV: "" });
		expect(vars).toThrow();
		for (const NODE_ENV of ["development", "test"])
			expect(() => build({ WRANGLER_COMMAND: "deploy", NODE_ENV })).toThrow(`NODE_ENV is ${NODE_ENV}`);
	});
});

it("the first start with a key says what Claude may cost, and later ones do not", () => {
	const said = () => build({ WRANGLER_COMMAND: "dev" }).toString();
	expect(said()).toBe("");
	appendFileSync(join(folder, ".dev.vars"), 'ANTHROPIC_API_KEY="sk-ant-x"\n');
	expect(said()).toMatch(
		/^Claude now costs money.*\$10\.00 in all, \$2\.00 for a person, \$0\.20 for a guest, \$1\.00 for all guests of one network and \$5\.00 in a conv.*BUDGET_USD_PER_DAY/,
	);
	expect(said()).toBe("");
});

describe("the lock file", () => {
	it("has the integrity of every package", () => {
		const { packages } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package-lock.json"), "utf8"));
		const without = Object.entries(packages as Record<string, { integrity?: string }>).filter(
			([name, { integrity }]) => name !== "" && !integrity,
		);
		expect(without.map(([name]) => name)).toEqual([]);
	});
});
