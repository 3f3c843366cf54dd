// Passkeys in the browser: asks the device for one, and turns what browsers use into JSON and back. Must not know our API.

/** Why there was none. */
export type PasskeyProblem = "cancelled" | "known" | "unsupported" | "wrong_address" | "failed";
type Made = { response: object } | { problem: PasskeyProblem };

type Descriptor = { type: "public-key"; id: string };
/** As the service sends them: bytes are in base64url. */
export type CreationOptions = { challenge: string; user: { id: string }; excludeCredentials: Descriptor[] } & Record<string, unknown>;
export type RequestOptions = { challenge: string; allowCredentials: Descriptor[] } & Record<string, unknown>;

/** An address by number has no passkeys. `instead`: the same page under a name, if there is one. */
export function addressProblem({ hostname, port, protocol, pathname }: Location): { instead: string | undefined } | undefined {
	if (!/^[\d.]+$|^\[/.test(hostname)) return undefined;
	const isHere = /^127\.|^\[::1\]$/.test(hostname);
	return { instead: isHere ? `${protocol}//localhost${port && `:${port}`}${pathname}` : undefined };
}

export const arePasskeysSupported = () => "PublicKeyCredential" in window;

export async function createPasskey(options: CreationOptions): Promise<Made> {
	return ask(async () => {
		const publicKey = {
			...options,
			challenge: bytesOf(options.challenge),
			user: { ...options.user, id: bytesOf(options.user.id) },
			excludeCredentials: options.excludeCredentials.map(withBytes),
		};
		const made = await navigator.credentials.create({ publicKey: publicKey as unknown as PublicKeyCredentialCreationOptions });
		const { response } = made as PublicKeyCredential & { response: AuthenticatorAttestationResponse };
		const publicKeyBytes = response.getPublicKey();
		return (
			publicKeyBytes && {
				clientDataJSON: textOf(response.clientDataJSON),
				authenticatorData: textOf(response.getAuthenticatorData()),
				publicKey: textOf(publicKeyBytes),
				publicKeyAlgorithm: response.getPublicKeyAlgorithm(),
				id: (made as PublicKeyCredential).id,
			}
		);
	});
}

export async function getPasskey(options: RequestOptions): Promise<Made> {
	return ask(async () => {
		const publicKey = {
			...options,
			challenge: bytesOf(options.challenge),
			allowCredentials: options.allowCredentials.map(withBytes),
		};
		const used = await navigator.credentials.get({ publicKey: publicKey as unknown as PublicKeyCredentialRequestOptions });
		const { response } = used as PublicKeyCredential & { response: AuthenticatorAssertionResponse };
		return (
			response.userHandle && {
				clientDataJSON: textOf(response.clientDataJSON),
				authenticatorData: textOf(response.authenticatorData),
				signature: textOf(response.signature),
				userHandle: textOf(response.userHandle),
				id: (used as PublicKeyCredential).id,
			}
		);
	});
}

async function ask(make: () => Promise<({ id: string } & Record<string, unknown>) | null>): Promise<Made> {
	try {
		const made = await make();
		if (!made) return { problem: "failed" };
		const { id, ...response } = made;
		return { response: { id, response } };
	} catch (error) {
		return { problem: problems[error instanceof DOMException ? error.name : ""] ?? "failed" };
	}
}

const problems: Readonly<Record<string, PasskeyProblem>> = {
	NotAllowedError: "cancelled",
	AbortError: "cancelled",
	InvalidStateError: "known",
	NotSupportedError: "unsupported",
	ConstraintError: "unsupported",
	SecurityError: "wrong_address",
};

const withBytes = ({ type, id }: Descriptor) => ({ type, id: bytesOf(id) });

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
}

function textOf(bytes: ArrayBuffer): string {
	return btoa(String.fromCharCode(...new Uint8Array(bytes)))
		.replaceAll("+", "-")
		.replaceAll("/", "_")
		.replaceAll("=", "");
}
