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

const file = {
	id: "p3mZk0v8mT1bWc5nRz7LpA",
	name: "harbour.jpg",
	type: "image/jpeg",
	size: 482113,
	sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
	width: 2000,
	height: 1333,
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

/** Keys of a subscription, and the deployment's public key: those of RFC 8291. */
const subscription = {
	endpoint: "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
	keys: {
		p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
		auth: "BTBZMqHH6r4Tts7J_aSIgg",
	},
};
const vapidKey = "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM";

export const examples = {
	subscription,
	vapidKey,
	aside,
	conversation,
	file,
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
	passkey: {
		id: "kQ0v8mT1bWc5nRz7LpAYx3",
		name: "Firefox · Windows",
		createdAt: "2026-11-24T09:10:00.000Z",
		lastUsedAt: "2026-11-24T12:00:00.000Z",
	},
	deviceLink: {
		id: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
		url: "https://parley.example/device#T0bWc5nRz7LpAYx3kQ0v8g.b0Zc5nRz7LpAT0Yx3kQv8m",
		token: "T0bWc5nRz7LpAYx3kQ0v8g.b0Zc5nRz7LpAT0Yx3kQv8m",
		claim: "Zc5nRz7LpAT0Yx3kQv8mb0",
		code: "4821",
	},
	signedInDevice: {
		id: "T0Yx3kQv8mb0Zc5nRz7LpA",
		device: { browser: "Firefox", system: "Windows" },
		lastSeenAt: "2026-11-24T12:00:00.000Z",
		isCurrent: false,
	},
	recoveryCode: "7QK3VD-0N5XGA-9R2MTB-C8HJ4E-YWS6P1-FZ3KDQ-V7N5XA",
	identity: {
		id: "oidc-47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
		provider: "Example",
		name: "Ann Example",
		joinedAt: "2026-11-24T09:15:00.000Z",
		lastUsedAt: "2026-11-24T09:15:00.000Z",
	},
	accountEvent: {
		at: "2026-11-24T09:10:00.000Z",
		act: "passkey_added",
		subject: "Firefox · Windows",
		device: { browser: "Firefox", system: "Windows" },
	},
	registration: {
		id: "kQ0v8mT1bWc5nRz7LpAYx3",
		response: { clientDataJSON: "eyJ0eXBlIjoi", authenticatorData: "SZYN5YgOjGh0", publicKey: "MFkwEwYHKoZI", publicKeyAlgorithm: -7 },
		name: "Phone",
	},
	assertion: {
		id: "kQ0v8mT1bWc5nRz7LpAYx3",
		response: { clientDataJSON: "eyJ0eXBlIjoi", authenticatorData: "SZYN5YgOjGh0", signature: "MEUCIQDx", userHandle: "Z3Vlc3QtVDBi" },
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
		allows: { questions: 20, usd: 2, history: "new" },
		used: { people: 3, questions: 5, usd: 0.0371 },
		isLive: true,
	},
	mcpServer: {
		name: "docs",
		asks: "members",
		tools: [
			{ name: "search", description: "Searches the documentation.", readOnly: true },
			{ name: "write", description: "Writes a page.", readOnly: false },
		],
	},
	model: {
		id: "claude-sonnet-5-5",
		name: "Claude Sonnet 5.5",
		isDefault: true,
		price: { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 },
		capabilities: {
			efforts: ["low", "medium", "high"],
			webSearch: true,
			webFetch: true,
			images: true,
			documents: true,
			contextTokens: 1_000_000,
		},
	},
	webhook: {
		id: "wQ0v8mT1bWc5nRz7LpAYx3",
		url: "https://example.com/parley",
		events: ["message.sent", "reply.completed"],
		createdBy: ann.userId,
		createdAt: "2026-11-24T12:00:00.000Z",
		status: "active",
		lastSuccessAt: "2026-11-24T12:05:00.000Z",
	},
	incomingWebhook: {
		id: "d74ff0ee8da3b9806b18c877dbf29bbde50b5bd8e4dad7a3a725000feb82e8f1",
		name: "builds",
		asksClaude: false,
		createdBy: ann.userId,
		createdAt: "2026-11-24T12:00:00.000Z",
	},
	incomingUrl: `https://parley.example/api/hooks/${conversationId}.b0Zc5nRz7LpAT0Yx3kQv8mb0Zc5nRz7LpAT0Yx3kQv8`,
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
	fileId: file.id,
	passkeyId: examples.passkey.id,
	requestId: "T0bWc5nRz7LpAYx3kQ0v8m",
	prefix: "192.0.2.0%2F24",
	of: "guests",
	linkId: examples.deviceLink.id,
	sessionId: examples.signedInDevice.id,
	webhookId: examples.webhook.id,
	identityId: examples.identity.id,
};
