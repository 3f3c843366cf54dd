// What the platform hands to the Worker and its objects. Settings arrive as text and are read in one place, settings.ts.

declare namespace Cloudflare {
	interface GlobalProps {
		mainModule: typeof import("./worker.ts");
		durableNamespaces: "ConversationObject" | "UserObject" | "PollingObject";
	}

	interface Env {
		CONVERSATIONS: DurableObjectNamespace<import("./conversation/object.ts").ConversationObject>;
		USERS: DurableObjectNamespace<import("./user/object.ts").UserObject>;
		POLLING: DurableObjectNamespace<import("./gateway/socketio/object.ts").PollingObject>;
		GUESTS: RateLimit;
		INVITES: RateLimit;
		TOKENS: RateLimit;
		SEARCHES: RateLimit;
		HANDSHAKES: RateLimit;
		JWT_SECRET?: string;
		JWT_JWKS_URL?: string;
		JWT_ISSUER?: string;
		JWT_AUDIENCE?: string;
		FRONTEND_URL?: string;
		GUEST_SIGN_IN?: string;
		ANTHROPIC_API_KEY?: string;
		ANTHROPIC_BASE_URL?: string;
		CLAUDE_MODEL?: string;
		CLAUDE_MAX_TOKENS?: string;
		SEND_BURST?: string;
		SEND_PER_SECOND?: string;
		REPLY_IDLE_TIMEOUT_SECONDS?: string;
		SOCKETIO_PING_INTERVAL_SECONDS?: string;
		SOCKETIO_PING_TIMEOUT_SECONDS?: string;
	}
}

interface Env extends Cloudflare.Env {}
