// Minutes of speech: reserved before a service is asked, and settled by what it says.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Speech, speechTable } from "../../src/money/speech.ts";
import { reserveSpeech, settleSpeech } from "../../src/money/speech-quota.ts";
import { transcribedTable, Written } from "../../src/money/written.ts";

const noon = Date.parse("2026-11-29T12:00:00Z");
const nextDay = noon + 24 * 3600_000;
const limits = { most: 100, open: 1 };

function withSpeech(test: (speech: Speech, seconds: Written) => void): Promise<void> {
	return runInDurableObject(env.CONVERSATIONS.getByName(crypto.randomUUID()), (_object, { storage }) => {
		storage.sql.exec(transcribedTable + speechTable);
		const seconds = new Written(storage.sql, "transcribed");
		test(new Speech(storage.sql, seconds), seconds);
	});
}

it("a longer file than was reserved takes what is left of the day", () =>
	withSpeech((speech, seconds) => {
		expect(speech.reserve("a", 10, limits, noon)).toBe("reserved");
		speech.settle("a", 46 * 3600, noon);
		speech.settle("a", 46 * 3600, noon);
		expect(seconds.count(noon)).toBe(46 * 3600);
		expect(speech.reserve("b", 1, limits, noon)).toBe("full");
		expect(speech.reserve("b", 1, limits, nextDay)).toBe("reserved");
	}));

it("a shorter file gives back the rest, and one of unknown length nothing", () =>
	withSpeech((speech, seconds) => {
		speech.reserve("a", 90, limits, noon);
		speech.settle("a", 4, noon);
		expect(seconds.count(noon)).toBe(4);
		speech.reserve("b", 90, limits, noon);
		speech.settle("b", undefined, noon);
		expect(seconds.count(noon)).toBe(94);
	}));

it("each attempt of a file keeps its reservation", () =>
	withSpeech((speech, seconds) => {
		speech.reserve("a", 30, limits, noon);
		expect(speech.reserve("a", 30, limits, noon)).toBe("reserved");
		speech.settle("a", 5, noon);
		expect(seconds.count(noon)).toBe(35);
	}));

it("another file waits until the one before it is settled, or its object is certainly dead", () =>
	withSpeech((speech, seconds) => {
		speech.reserve("a", 10, limits, noon);
		expect(speech.reserve("b", 10, limits, noon)).toBe("busy");
		expect(speech.reserve("b", 10, { ...limits, open: 2 }, noon)).toBe("reserved");
		expect(speech.reserve("c", 10, limits, noon + 120_000)).toBe("reserved");
		expect(seconds.count(noon)).toBe(30);
		speech.settle("c", 10, noon + 120_000);
		expect(speech.reserve("d", 10, limits, noon + 120_000)).toBe("reserved");
	}));

it("a file that is settled after midnight counts only what was too little", () =>
	withSpeech((speech, seconds) => {
		speech.reserve("a", 50, { ...limits, open: 9 }, noon);
		speech.reserve("b", 50, { ...limits, open: 9 }, noon);
		speech.settle("a", 10, nextDay);
		expect(seconds.count(nextDay)).toBe(0);
		speech.settle("b", 70, nextDay);
		expect(seconds.count(nextDay)).toBe(20);
	}));

const everybody = { person: 10, guest: 10, deployment: Number.MAX_SAFE_INTEGER };
const attempt = (seconds: number) => ({ fileId: crypto.randomUUID(), seconds });
const named = (name: string, isGuest = false, network?: string) => ({ userId: `${name}-${crypto.randomUUID()}`, isGuest, network });

it("speech that the deployment has no room for costs nobody their own day, and guests leave half of it", async () => {
	const [ann, gus] = [named("ann"), named("gus", true)];
	await env.LEDGER.getByName("deployment").reserveSpeech("first", 1, { most: everybody.deployment, open: 100 });
	expect(await reserveSpeech(env.LEDGER, ann, attempt(10), { ...everybody, deployment: 10 })).toBe("full");
	expect(await reserveSpeech(env.LEDGER, gus, attempt(10), { ...everybody, deployment: 19 })).toBe("full");
	const file = attempt(10);
	expect(await reserveSpeech(env.LEDGER, ann, file, everybody)).toBe("reserved");
	await settleSpeech(env.LEDGER, ann, file.fileId, undefined, everybody);
	expect(await reserveSpeech(env.LEDGER, ann, attempt(1), everybody)).toBe("full");
});

it("a person has one file written down at once, and the guests of one network two", async () => {
	const [ann, bob] = [named("ann"), named("bob")];
	expect(await reserveSpeech(env.LEDGER, ann, attempt(1), everybody)).toBe("reserved");
	expect(await reserveSpeech(env.LEDGER, ann, attempt(1), everybody)).toBe("busy");
	expect(await reserveSpeech(env.LEDGER, bob, attempt(1), everybody)).toBe("reserved");
	const network = `2001:db8:${Math.floor(Math.random() * 65_535).toString(16)}:1::/64`;
	const guests = [1, 2, 3].map(() => named("gus", true, network));
	const answers: string[] = [];
	for (const guest of guests) answers.push(await reserveSpeech(env.LEDGER, guest, attempt(1), everybody));
	expect(answers).toEqual(["reserved", "reserved", "busy"]);
	// It was not counted for the third either.
	const site = network.replace(":1::/64", ":2::/64");
	expect(await reserveSpeech(env.LEDGER, { ...(guests[2] as (typeof guests)[0]), network: site }, attempt(10), everybody)).toBe("reserved");
});

const deploymentSeconds = () =>
	runInDurableObject(env.LEDGER.getByName("deployment"), (_object, { storage }) =>
		new Written(storage.sql, "transcribed").count(Date.now()),
	);

it("a file that is longer than it looked takes no more of the deployment's day than its sender had left", async () => {
	const [ann, gus] = [named("ann"), named("gus", true, "192.0.2.77")];
	const [short, lying] = [attempt(4), attempt(1)];
	expect(await reserveSpeech(env.LEDGER, ann, short, everybody)).toBe("reserved");
	await settleSpeech(env.LEDGER, ann, short.fileId, 3, everybody);
	const before = await deploymentSeconds();
	expect(await reserveSpeech(env.LEDGER, ann, lying, everybody)).toBe("reserved");
	for (let n = 0; n < 2; n++) await settleSpeech(env.LEDGER, ann, lying.fileId, 46 * 3600, everybody);
	expect(await deploymentSeconds()).toBe(before + 7);
	expect(await reserveSpeech(env.LEDGER, ann, attempt(1), everybody)).toBe("full");
	const guests = attempt(1);
	expect(await reserveSpeech(env.LEDGER, gus, guests, everybody)).toBe("reserved");
	await settleSpeech(env.LEDGER, gus, guests.fileId, 46 * 3600, everybody);
	expect(await deploymentSeconds()).toBe(before + 17);
	// Guests' ids cost nothing: their network has no room for another one.
	expect(await reserveSpeech(env.LEDGER, named("gil", true, "192.0.2.77"), attempt(1), everybody)).toBe("full");
});
