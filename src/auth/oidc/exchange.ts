// The code flow: the address that people are sent to, what they come back with, and the sign-out there. Throws `SignInRefused`.

import * as oauth from "oauth4webapi";
import type { Settings } from "../../settings.ts";
import { clockTolerance } from "../claims.ts";
import { issuerKeys, KeysUnavailable } from "../keys.ts";
import { publicKeyAlgorithms, verifySignature } from "../tokens.ts";
import type { Flow } from "./flow.ts";
import { requestsTo, unavailable } from "./provider.ts";
import { quote, SignInRefused } from "./refusal.ts";

type Oidc = NonNullable<Settings["oidc"]>;
type Server = oauth.AuthorizationServer;

/** Verified. `idToken` is for signing out at the provider. */
export type Vouched = { issuer: string; claims: oauth.IDToken; idToken: string };

/** The address at the provider where people sign in. */
export async function signInAddress(server: Server, oidc: Oidc, flow: Flow, redirectUri: string): Promise<URL> {
	const url = new URL(server.authorization_endpoint as string);
	const parameters = {
		response_type: "code",
		client_id: oidc.clientId,
		redirect_uri: redirectUri,
		scope: scopeOf(server),
		state: flow.state,
		nonce: flow.nonce,
		code_challenge: await oauth.calculatePKCECodeChallenge(flow.verifier),
		code_challenge_method: "S256",
	};
	for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
	return url;
}

/** A provider may refuse a scope that it does not know. */
function scopeOf({ scopes_supported: known }: Server): string {
	return ["openid", "profile", "email"].filter((scope) => scope === "openid" || !known || known.includes(scope)).join(" ");
}

/** Finds the person who has signed in, by the parameters with which their browser came back. `now` in ms. */
export async function exchange(
	server: Server,
	oidc: Oidc,
	flow: Flow,
	returned: URLSearchParams,
	redirectUri: string,
	now: number,
): Promise<Vouched> {
	try {
		const client = { client_id: oidc.clientId, [oauth.clockTolerance]: clockTolerance };
		const parameters = oauth.validateAuthResponse(server, client, returned, flow.state);
		const granted = await redeem(server, client, oidc, parameters, flow, redirectUri);
		const idToken = granted.id_token as string;
		await verify(idToken, server, oidc, now);
		const claims = oauth.getValidatedIdTokenClaims(granted) as oauth.IDToken;
		return { issuer: server.issuer, claims: await completed(claims, server, client, granted), idToken };
	} catch (error) {
		throw refusalOf(error);
	}
}

/** Providers say what they can do, but not what this client may: Basic is the standard's default, and a refusal uses up no code. */
async function redeem(server: Server, client: oauth.Client, oidc: Oidc, parameters: URLSearchParams, flow: Flow, redirectUri: string) {
	const { clientSecret } = oidc;
	const ask = async (authentication: oauth.ClientAuth) => {
		const options = requestsTo(server);
		const response = await oauth.authorizationCodeGrantRequest(
			server,
			client,
			authentication,
			parameters,
			redirectUri,
			flow.verifier,
			options,
		);
		return oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: flow.nonce, requireIdToken: true });
	};
	if (clientSecret === undefined) return ask(oauth.None());
	try {
		return await ask(oauth.ClientSecretBasic(clientSecret));
	} catch (error) {
		if (!isClientRefused(error)) throw error;
		return ask(oauth.ClientSecretPost(clientSecret));
	}
}

function isClientRefused(error: unknown): boolean {
	if (error instanceof oauth.WWWAuthenticateChallengeError) return error.response.status === 401;
	return error instanceof oauth.ResponseBodyError && (error.error === "invalid_client" || error.response.status === 401);
}

/** The signature too, which the standard does not demand of a token that comes from the provider itself. */
async function verify(idToken: string, server: Server, oidc: Oidc, now: number): Promise<void> {
	const key = issuerKeys(new URL(server.jwks_uri as string), "OIDC_ISSUER");
	const audience = { claim: "aud", value: oidc.clientId } as const;
	await verifySignature(idToken, { algorithms: publicKeyAlgorithms, key, issuer: server.issuer, audience }, now);
}

/** Many providers give name and address only at their userinfo endpoint. */
async function completed(claims: oauth.IDToken, server: Server, client: oauth.Client, { access_token }: oauth.TokenEndpointResponse) {
	if (server.userinfo_endpoint === undefined || (claims.name !== undefined && claims.email !== undefined)) return claims;
	const response = await oauth.userInfoRequest(server, client, access_token, requestsTo(server));
	const more = await oauth.processUserInfoResponse(server, client, claims.sub, response);
	return { ...more, ...claims };
}

/** The address that signs people out at the provider, if it has one. */
export function signOutAddress(server: Server, oidc: Oidc, idToken: string | undefined, returnTo: string): URL | undefined {
	const url = URL.parse(server.end_session_endpoint ?? "");
	if (!url) return undefined;
	url.searchParams.set("client_id", oidc.clientId);
	url.searchParams.set("post_logout_redirect_uri", returnTo);
	if (idToken !== undefined) url.searchParams.set("id_token_hint", idToken);
	return url;
}

/** For people and for the log. What the library throws may hold a token in its cause, so that only its message is used. */
function refusalOf(error: unknown): SignInRefused {
	if (error instanceof SignInRefused) return error;
	if (error instanceof KeysUnavailable) return unavailable("the provider's keys cannot be fetched");
	if (error instanceof oauth.AuthorizationResponseError) {
		const detail = `the provider answered ${quote(error.error)}`;
		if (["server_error", "temporarily_unavailable"].includes(error.error)) return unavailable(detail);
		const isDenied = ["access_denied", "login_required", "interaction_required", "consent_required"].includes(error.error);
		return new SignInRefused(isDenied ? "denied" : "not_accepted", detail);
	}
	if (isClientRefused(error)) return new SignInRefused("not_accepted", "the provider does not accept OIDC_CLIENT_ID or OIDC_CLIENT_SECRET");
	if (error instanceof oauth.ResponseBodyError) return new SignInRefused("failed", `the provider refused the code: ${quote(error.error)}`);
	if (error instanceof oauth.OperationProcessingError && error.code === oauth.JWT_TIMESTAMP_CHECK)
		return new SignInRefused("clock", `the clocks differ: ${error.message}`);
	return new SignInRefused("failed", error instanceof Error ? error.message : "the provider's answer cannot be used");
}
