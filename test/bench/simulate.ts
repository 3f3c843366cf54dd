// Simulates a conversation that is too large for this machine, on demand:
//   node test/bench/simulate.ts [--people 100000] [--joinSeconds 60] [--perSecond 1] [--seconds 300] [--seed 1]
// Uses the product's own placement of relays and pauses. The costs below are estimates; the times on the
// network are assumed. docs/how-it-scales.md says what this cannot show.

import { parseArgs } from "node:util";
import { mostAskedAtOnce, pauseBetweenQuestions } from "../../src/relay/asks.ts";
import { pauseBetweenDeliveries, relaysFor } from "../../src/relay/placement.ts";
import { randomOf } from "../soak/random.ts";
import { percentile } from "./statistics.ts";

const { values } = parseArgs({
	options: {
		people: { type: "string", default: "100000" },
		/** Everybody comes within this time. */
		joinSeconds: { type: "string", default: "60" },
		/** Messages a second. */
		perSecond: { type: "string", default: "1" },
		seconds: { type: "string", default: "300" },
		seed: { type: "string", default: "1" },
	},
});
const [people, joinSeconds, perSecond, seconds] = [values.people, values.joinSeconds, values.perSecond, values.seconds].map(Number) as [
	number,
	number,
	number,
	number,
];
const random = randomOf(Number(values.seed));

/** In ms of one processor, estimated from test/bench/large.ts and test/bench/bench.ts on one machine, which count the clients' kernel work too. */
const cost = {
	/** The conversation takes a message, stores it and encodes it. */
	message: 0.3,
	/** The conversation sends a delivery to one relay. */
	delivery: 0.55,
	/** The conversation answers one question, and lets one person in. */
	question: 2,
	admission: 0.5,
	/** A relay opens a socket and sends it `chat:joined`. */
	entrance: 0.5,
	/** A relay sends one frame to one socket. */
	frame: 0.05,
};
/** In ms. Assumed; the commit as published for a deployed object. */
const network = { commit: 13, toRelay: [5, 80], toClient: [10, 150] } as const;

/** Prices of Workers Paid without what is included, in dollars: https://developers.cloudflare.com/durable-objects/platform/pricing/ */
const price = { request: 0.15 / 1e6, gigabyteSecond: 12.5 / 1e6 };
/** Billed for an object that is awake. */
const gigabytes = 0.128;

/** One thread: work waits for the work before it. */
class Thread {
	freeAt = 0;
	busy = 0;

	/** Returns when work is done that can begin at `from`. */
	run(from: number, duration: number): number {
		this.busy += duration;
		this.freeAt = Math.max(this.freeAt, from) + duration;
		return this.freeAt;
	}
}

const between = ([least, most]: readonly [number, number]) => least + random.next() * (most - least);
const conversation = new Thread();
const relays = Array.from({ length: relaysFor(people) }, () => ({ thread: new Thread(), people: Math.ceil(people / relaysFor(people)) }));
const pause = pauseBetweenDeliveries(relays[0]?.people ?? 0);

/** Returns how long each person waited until the relay had opened the socket, in ms. */
function join(): number[] {
	type Question = { at: number; relay: number };
	const arrivals = relays.map(({ people }) =>
		Array.from({ length: people }, () => random.next() * joinSeconds * 1000).sort((one, other) => one - other),
	);
	const waited: number[] = [];
	const questions: Question[] = arrivals.map(([first], relay) => ({ at: first as number, relay }));
	for (let question = next(questions); question; question = next(questions)) {
		const { at, relay } = question;
		const waiting = arrivals[relay] as number[];
		const later = waiting.findIndex((arrival) => arrival > at);
		const asked = waiting.splice(0, Math.min(mostAskedAtOnce, later < 0 ? waiting.length : later));
		const answered =
			conversation.run(at + between(network.toRelay), cost.question + asked.length * cost.admission) + between(network.toRelay);
		const { thread } = relays[relay] as (typeof relays)[number];
		for (const arrival of asked) waited.push(thread.run(answered, cost.entrance) - arrival);
		if (waiting.length > 0) questions.push({ at: Math.max(at + pauseBetweenQuestions, answered, waiting[0] as number), relay });
	}
	return waited;
}

function next(questions: { at: number; relay: number }[]): { at: number; relay: number } | undefined {
	questions.sort((one, other) => other.at - one.at);
	return questions.pop();
}

/** Returns how long a message took to a hundredth of the sockets, in ms. */
function write(): number[] {
	for (const thread of [conversation, ...relays.map(({ thread }) => thread)]) [thread.freeAt, thread.busy] = [0, 0];
	const took: number[] = [];
	const times = Array.from({ length: seconds * perSecond }, () => random.next() * seconds * 1000).sort((one, other) => one - other);
	const arrivals = times.map((said) => ({ said, at: said + between(network.toClient) })).sort((one, other) => one.at - other.at);
	let waiting: number[] = [];
	let [due, deliveredAt] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
	for (const { said, at } of [...arrivals, { said: 0, at: Number.POSITIVE_INFINITY }]) {
		if (at > due) {
			for (const relay of relays) deliver(relay, due, waiting, took);
			[waiting, deliveredAt, due] = [[], due, Number.POSITIVE_INFINITY];
		}
		const stored = conversation.run(at, cost.message) + network.commit;
		waiting.push(said);
		due = Math.min(due, Math.max(stored, deliveredAt + pause));
	}
	return took;
}

function deliver({ thread, people }: (typeof relays)[number], due: number, waiting: readonly number[], took: number[]): void {
	const received = conversation.run(due, cost.delivery) + between(network.toRelay);
	const began = thread.run(received, people * cost.frame) - people * cost.frame;
	for (let socket = 0; socket < people; socket += 100)
		for (const said of waiting) took.push(began + socket * cost.frame + between(network.toClient) - said);
}

const milliseconds = (times: readonly number[]) => [50, 99, 100].map((rank) => percentile(times, rank).toFixed(0)).join(" / ");
const report = (name: string, value: string) => console.log(`${name.padEnd(60)} ${value}`);

report("people, relays", `${people}, ${relays.length}`);
const waited = join();
report(`joins over ${joinSeconds} s: wait p50 / p99 / longest, in ms`, milliseconds(waited));
report(
	"the conversation's thread was busy meanwhile, in %",
	((conversation.busy / Math.max(conversation.freeAt, joinSeconds * 1000)) * 100).toFixed(0),
);
report(`${perSecond} messages a second: p50 / p99 / longest, in ms`, milliseconds(write()));
const share = ({ busy }: Thread) => ((busy / seconds / 1000) * 100).toFixed(0);
report(
	"busy: the conversation, the busiest relay, in %",
	`${share(conversation)}, ${Math.max(...relays.map(({ thread }) => Number(share(thread))))}`,
);

const awake = 3600 * (relays.length + 1) * gigabytes * price.gigabyteSecond;
const deliveries = 3600 * Math.min(1000 / pause, perSecond) * relays.length * price.request;
// The Worker, the person's object, the relay and its share of a question.
const joins = people * 3 * price.request;
report("an hour of that, in dollars: awake, deliveries, joins", [awake, deliveries, joins].map((dollars) => dollars.toFixed(3)).join(", "));
