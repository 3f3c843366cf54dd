// Values for the examples of the API's document. They belong together: the same people, the same
// conversation.

const conversationId = "Yx3kQ0v8mT1bWc5nRz7LpA";
const ann = { userId: "ann", username: "Ann" };
const ben = { userId: "ben", username: "Ben" };

const listedConversation = { id: conversationId, title: "Release on Friday", createdAt: "2026-11-24T09:00:00.000Z", assistant: "auto" };
const conversation = {
	...listedConversation,
	model: null,
	effort: null,
	instructions: "",
	asks: "members",
	tools: { webSearch: false, webFetch: false },
	budget: null,
};

const instructionsVersion = { text: "Answer in French.", after: 40, ...ann, at: "2026-11-24T11:30:00.000Z" };

const message = {
	id: "m41-3f1c2a9e",
	conversationId,
	role: "user",
	content: "@claude What is left to do before Friday?",
	createdAt: "2026-11-24T12:00:00.000Z",
	author: ann,
	status: "complete",
	seq: 41,
	revision: 118,
	clientId: "deploy-42",
	asksClaude: true,
};

const reply = {
	id: "m42-90b7d1c4",
	conversationId,
	role: "assistant",
	content: "Two things are left: the changelog, and a run of the benchmark.",
	createdAt: "2026-11-24T12:00:01.000Z",
	author: { userId: "claude", username: "Claude" },
	status: "complete",
	seq: 42,
	revision: 121,
	askedBy: [ann],
	model: "claude-sonnet-5-5",
	stopReason: "end_turn",
	usage: { input: 812, output: 96, cacheRead: 700, cacheWrite: 0 },
	cost: { usd: 0.002654 },
	elapsedMs: 2140,
};

const aside = {
	id: "a-5b0f4c1e-6f0a-4a51-9a0e-0d7c3c3b7a10",
	conversationId,
	clientId: "private-7",
	after: 42,
	question: "What did Ben mean by the benchmark?",
	content: "The run that compares this release with the last one.",
	status: "complete",
	createdAt: "2026-11-24T12:01:00.000Z",
	model: reply.model,
	usage: reply.usage,
	cost: reply.cost,
};

export const examples = {
	aside,
	conversation,
	message,
	reply,
	instructed: { instructions: instructionsVersion.text, instructionsBy: { ...ann, at: instructionsVersion.at } },
	instructionsVersion,
	listed: {
		...listedConversation,
		role: "owner",
		lastActivityAt: reply.createdAt,
		lastMessage: { seq: reply.seq, author: reply.author, content: reply.content, createdAt: reply.createdAt },
		unread: 1,
		mentions: 0,
		readUpTo: message.seq,
		muted: false,
		pinned: true,
		archived: false,
	},
	ban: { userId: "cara", username: "Cara", bannedBy: "ann", bannedAt: "2026-11-24T10:00:00.000Z" },
	members: [
		{ ...ann, role: "owner" },
		{ ...ben, role: "member" },
	],
	found: { message, snippet: message.content, highlights: [[16, 20]] },
	signedIn: {
		token: "eyJhbGciOiJIUzI1NiJ9.…",
		expiresAt: "2026-11-24T12:15:00.000Z",
		user: { id: "guest-T0bWc5nRz7LpAYx3kQ0v8m", name: "Ann" },
	},
	token: {
		id: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		name: "deploy bot",
		createdAt: "2026-11-24T09:30:00.000Z",
		expiresAt: "2027-02-22T09:30:00.000Z",
		scopes: ["read", "write"],
		conversations: "all",
	},
	invite: {
		token: `${conversationId}.b0Zc5nRz7LpAT0Yx3kQv8m`,
		url: `https://parley.example/invite#${conversationId}.b0Zc5nRz7LpAT0Yx3kQv8m`,
		expiresAt: "2026-12-01T12:00:00.000Z",
	},
	liveInvite: {
		id: "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
		role: "member",
		createdBy: ann.userId,
		createdAt: "2026-11-24T12:00:00.000Z",
		expiresAt: "2026-12-01T12:00:00.000Z",
		maxUses: 10,
		uses: 3,
	},
	model: {
		id: "claude-sonnet-5-5",
		name: "Claude Sonnet 5.5",
		isDefault: true,
		price: { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 },
		capabilities: { efforts: ["low", "medium", "high"], webSearch: true, images: true, contextTokens: 1_000_000 },
	},
	settings: { theme: "dark", notifications: true },
} as const;

/** Values of path parameters, by name. */
export const pathExamples: { readonly [name: string]: string } = {
	id: conversationId,
	messageId: reply.id,
	userId: ben.userId,
	inviteId: examples.liveInvite.id,
	token: examples.invite.token,
	tokenId: examples.token.id,
	asideId: aside.id,
};
