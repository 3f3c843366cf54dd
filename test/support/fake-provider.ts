// An OpenID provider inside the test, which refuses what a real one refuses: a code twice, another client, another address to
// come back to, a wrong PKCE verifier, and a secret that is sent in another way than the client is registered for.

import { exportJWK, generateKeyPair, SignJWT } from "jose";

type Client = { id: string; secret?: string; authentication: "client_secret_basic" | "client_secret_post" | "none" };
type Grant = { redirectUri: string; challenge: string; nonce: string; claims: Record<string, unknown>; isUsed: boolean };

const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
const { privateKey: othersKey } = await generateKeyPair("RS256");
const jwk = { ...(await exportJWK(publicKey)), kid: "one", alg: "RS256" };

export class FakeProvider {
	readonly issuer: string;
	client: Client = { id: "parley", secret: "s3cret", authentication: "client_secret_basic" };
	/** What is answered instead, if anything. */
	override: (path: string) => Response | undefined = () => undefined;
	/** Changes an ID token before it is signed. */
	alter: (claims: Record<string, unknown>) => Record<string, unknown> = (claims) => claims;
	signsWith: "own" | "another's" = "own";
	/** Of requests, the paths. */
	readonly asked: string[] = [];
	readonly #grants = new Map<string, Grant>();
	#metadata: Record<string, unknown>;

	constructor(issuer = `https://login-${crypto.randomUUID()}.example`, metadata: Record<string, unknown> = {}) {
		this.issuer = issuer;
		this.#metadata = metadata;
	}

	/** Signs somebody in at the address that Parley sent them to. Returns the address at which they come back. */
	signIn(address: string, claims: Record<string, unknown>): string {
		const { searchParams: asked } = new URL(address);
		const redirectUri = asked.get("redirect_uri") ?? "";
		if (asked.get("client_id") !== this.client.id || asked.get("response_type") !== "code") throw new Error("invalid_request");
		if (asked.get("code_challenge_method") !== "S256" || !asked.get("scope")?.split(" ").includes("openid"))
			throw new Error("invalid_request");
		const code = crypto.randomUUID();
		const grant = { redirectUri, challenge: asked.get("code_challenge") ?? "", nonce: asked.get("nonce") ?? "", claims, isUsed: false };
		this.#grants.set(code, grant);
		return `${redirectUri}?${new URLSearchParams({ code, state: asked.get("state") ?? "", iss: this.issuer })}`;
	}

	async answer(request: Request): Promise<Response> {
		const { pathname } = new URL(request.url);
		this.asked.push(pathname);
		const instead = this.override(pathname);
		if (instead) return instead;
		switch (pathname) {
			case "/.well-known/openid-configuration":
				return Response.json(this.#description());
			case "/keys":
				return Response.json({ keys: [jwk] });
			case "/token":
				return this.#token(request);
			default:
				return new Response("Not found", { status: 404 });
		}
	}

	#description() {
		const at = (path: string) => this.issuer.replace(/\/$/, "") + path;
		return {
			issuer: this.issuer,
			authorization_endpoint: at("/authorize"),
			token_endpoint: at("/token"),
			jwks_uri: at("/keys"),
			end_session_endpoint: at("/logout"),
			response_types_supported: ["code"],
			id_token_signing_alg_values_supported: ["RS256"],
			authorization_response_iss_parameter_supported: true,
			...this.#metadata,
		};
	}

	async #token(request: Request): Promise<Response> {
		const form = new URLSearchParams(new TextDecoder().decode(await request.arrayBuffer()));
		if (!this.#isClient(request, form)) return Response.json({ error: "invalid_client" }, { status: 401 });
		const grant = this.#grants.get(form.get("code") ?? "");
		const isGood = grant && !grant.isUsed && grant.redirectUri === form.get("redirect_uri");
		if (!isGood || grant.challenge !== (await s256(form.get("code_verifier") ?? "")))
			return Response.json({ error: "invalid_grant" }, { status: 400 });
		grant.isUsed = true;
		const now = Math.floor(Date.now() / 1000);
		const claims = this.alter({ iss: this.issuer, aud: this.client.id, nonce: grant.nonce, iat: now, exp: now + 300, ...grant.claims });
		const idToken = await new SignJWT(claims)
			.setProtectedHeader({ alg: "RS256", kid: "one" })
			.sign(this.signsWith === "own" ? privateKey : othersKey);
		return Response.json({ access_token: crypto.randomUUID(), token_type: "Bearer", expires_in: 300, id_token: idToken });
	}

	#isClient(request: Request, form: URLSearchParams): boolean {
		const { id, secret, authentication } = this.client;
		const header = request.headers.get("authorization");
		if (authentication === "client_secret_basic") return header === `Basic ${btoa(`${id}:${secret}`)}` && !form.has("client_secret");
		if (header !== null || form.get("client_id") !== id) return false;
		return authentication === "none" ? !form.has("client_secret") : form.get("client_secret") === secret;
	}
}

/** Signs as Cloudflare Access does, with the provider's key. */
export function assertionOf(claims: Record<string, unknown>, expiresIn = "5m"): Promise<string> {
	return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "one" }).setIssuedAt().setExpirationTime(expiresIn).sign(privateKey);
}

async function s256(verifier: string): Promise<string> {
	const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier)));
	return btoa(String.fromCharCode(...digest))
		.replaceAll("+", "-")
		.replaceAll("/", "_")
		.replaceAll("=", "");
}
