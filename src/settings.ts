// The deployment's settings, read once from the environment's text into values, or one sentence that says what to mend.
// Pure: knows nothing of requests or storage.

export type Settings = {
	/** HS256 key, 32 bytes or more. */
	jwtSecret?: string;
	jwksUrl?: URL;
	jwtIssuer?: string;
	jwtAudience?: string;
	/** Origins of pages that may use this deployment besides its own, e.g. `https://chat.example.com`. */
	frontendOrigins: readonly string[];
	guestSignIn: boolean;
	claude: {
		/** Without key and base URL the embedded stand-in answers. */
		apiKey?: string;
		baseUrl?: string;
		model: string;
		maxTokens: number;
		/** Milliseconds without a sign from Claude after which a reply is given up. */
		idleTimeout: number;
	};
	sends: { burst: number; perSecond: number };
};

export type SettingsResult = { settings: Settings } | { problem: string };
