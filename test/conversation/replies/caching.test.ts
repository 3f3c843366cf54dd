import { expect, it } from "vitest";
import { buildPrompt, type Prompt } from "../../../src/claude/prompt.ts";
import type { Member } from "../../../src/protocol/conversation.ts";
import { ann, bob, inConversation, type TestClient, type TestConversation } from "../../support/conversation.ts";

/** Whole numbers from 0 below a limit, the same for the same seed. */
function randomNumbers(seed: number): (below: number) => number {
	let state = BigInt(seed);
	return (below) => {
		state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
		return Number((state >> 33n) % BigInt(below));
	};
}

type Scene = { conversation: TestConversation; clients: TestClient[]; random: (below: number) => number; step: number };

/** What people do beside asking. Nothing of it may change what was sent before. */
const acts: { readonly [name: string]: (scene: Scene) => void } = {
	says: ({ conversation, clients, random, step }) => conversation.say(clients[random(2)] as TestClient, `Words ${step}`),
	instructs: ({ conversation, random, step }) => void update(conversation, { instructions: random(4) === 0 ? "" : `Do ${step}` }),
	names: ({ conversation, step }) => void update(conversation, { title: `Title ${step}` }),
	"turns a tool on or off": ({ conversation, random }) => void update(conversation, { tools: { webSearch: random(2) === 0 } }),
	"sets a budget": ({ conversation, step }) => void update(conversation, { budget: { usd: step, period: "day" } }),
	joins: ({ conversation, step }) => void conversation.enter({ userId: `person-${step}`, username: `Person ${step}` }),
	leaves: ({ conversation, random }) => depart(conversation, random, (member) => member.userId),
	"is removed": ({ conversation, random }) => depart(conversation, random, () => ann.userId),
	"is renamed": ({ conversation, random, step }) => {
		const { userId } = anyMember(conversation, random);
		conversation.membership.rename({ userId, username: `Renamed ${step}` });
	},
	"sends files": (scene) => {
		const { conversation, clients, random, step } = scene;
		const client = clients[random(2)] as TestClient;
		const types = ["image/png", "text/plain", "application/zip"];
		const files = types.slice(random(3)).map((type) => ({ id: crypto.randomUUID(), name: `File ${step}`, type, size: 500 }));
		for (const file of files) conversation.store.files.add(file, client.person.userId, conversation.now);
		receive(scene, { type: "chat:send", role: "user", content: "", files: files.map(({ id }) => id) }, client);
	},
	reacts: (scene) => receive(scene, { type: "chat:react", messageId: anyMessage(scene), emoji: "👍", on: true }),
	pins: (scene) => receive(scene, { type: "chat:pin", messageId: anyMessage(scene), on: scene.random(2) === 0 }),
	"edits what Claude has not read": (scene) => {
		const { store } = scene.conversation;
		const last = store.reader.page(Number.MAX_SAFE_INTEGER, 1).messages[0];
		if (last?.role !== "user" || last.seq < (store.log.lastReply()?.seq ?? 0)) return;
		const client = scene.clients.find(({ person }) => person.userId === last.author.userId) as TestClient;
		receive(scene, { type: "chat:edit", messageId: last.id, content: `Edited ${scene.step}` }, client);
	},
};

const owner = (conversation: TestConversation) => (conversation.store.members.all ?? []).find(({ userId }) => userId === ann.userId);

function update(conversation: TestConversation, change: Parameters<TestConversation["membership"]["update"]>[1]): void {
	const member = owner(conversation);
	if (member) expect(conversation.membership.update(member, change)).not.toHaveProperty("code");
}

function anyMember({ store }: TestConversation, random: Scene["random"]): Member {
	const members = store.members.all ?? [];
	return members[random(members.length)] as Member;
}

/** `by`: who ends the membership. */
function depart(conversation: TestConversation, random: Scene["random"], by: (member: Member) => string): void {
	const member = anyMember(conversation, random);
	if (member.userId !== ann.userId && member.userId !== bob.userId) conversation.departures.end(member.userId, by(member));
}

function receive({ conversation, clients }: Scene, event: object, client = clients[0] as TestClient): void {
	conversation.rules.receive(client, { conversationId: conversation.store.info.id, ...event } as Parameters<
		typeof conversation.rules.receive
	>[1]);
}

function anyMessage({ conversation, random }: Scene): string {
	const { messages } = conversation.store.reader.page(Number.MAX_SAFE_INTEGER, 50);
	return messages[random(Math.max(1, messages.length))]?.id ?? "m1-none";
}

const blocksOf = ({ messages }: Prompt) => messages.flatMap(({ role, content }) => content.map((block) => ({ role, ...block })));

it.each([1, 2, 3])("no feature changes what was sent before (seed %i)", (seed) =>
	inConversation(async (conversation) => {
		const clients = [conversation.enter(ann), conversation.enter(bob)];
		const random = randomNumbers(seed);
		let before: Prompt | undefined;
		let told = 0;
		const done: string[] = [];
		for (let step = 1; step <= 60; step++) {
			conversation.now += 60_000;
			const scene = { conversation, clients, random, step };
			const names = Object.keys(acts);
			const name = names[random(names.length)] as string;
			acts[name]?.(scene);
			done.push(name);
			if (random(3) > 0) continue;
			const count = conversation.calls.length;
			conversation.now += 60_000;
			conversation.say(clients[random(2)] as TestClient, `@claude ${step}?`);
			expect(conversation.calls).toHaveLength(count + 1);
			const { messages, options } = conversation.call;
			const prompt = buildPrompt(messages, options);
			if (before) {
				expect(prompt.system).toBe(before.system);
				expect(blocksOf(prompt).slice(0, blocksOf(before).length), done.join(", ")).toEqual(blocksOf(before));
			}
			before = prompt;
			told = blocksOf(prompt).filter(({ text }) => /^"[^"]*" \(id="[^"]*"\) (has|was)/.test(text)).length;
			await conversation.call.text(`Answer ${step}`);
			if (random(5) === 0) receive(scene, { type: "chat:stop" });
			else await conversation.call.end();
		}
		expect(conversation.calls.length).toBeGreaterThan(10);
		expect(blocksOf(before as Prompt).some(({ files = [] }) => files.length > 0)).toBe(true);
		expect(told).toBeGreaterThan(5);
	}),
);
