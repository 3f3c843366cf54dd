// The settings of a request, with what the deployment has made for itself where none is set.

import type { PushKeys } from "../push-settings.ts";
import { readSettings, type Settings, type SettingsResult } from "../settings.ts";
import { type DeploymentObject, deploymentName } from "./object.ts";

/**
 * Kept in each isolate of the Worker once it is known. Until then each request asks for itself: a promise never settles if the request
 * that made it is given up, and whoever waits for it would wait for ever.
 */
function ownOnce<T>(ask: (deployment: DurableObjectStub<DeploymentObject>) => Promise<T>): (env: Env) => Promise<T> {
	let own: T | undefined;
	return async (env) => {
		own ??= await ask(env.DEPLOYMENT.getByName(deploymentName));
		return own;
	};
}

const ownSecret = ownOnce((deployment) => deployment.signingSecret());
const ownPushKeys = ownOnce<PushKeys>((deployment) => deployment.pushKeys());

export async function settingsOf(env: Env): Promise<SettingsResult> {
	const read = readSettings(env);
	return "problem" in read ? read : { settings: await withOwnSecret(read.settings, env) };
}

/** Objects read their settings when they begin, and ask for the secret when they need it. */
export async function withOwnSecret(settings: Settings, env: Env): Promise<Settings> {
	return settings.usesOwnSecret ? { ...settings, jwtSecret: await ownSecret(env) } : settings;
}

/** `undefined` where there is no web push. Only what pushes asks for them. */
export async function pushKeysOf({ push }: Pick<Settings, "push">, env: Env): Promise<PushKeys | undefined> {
	return push && (push.keys ?? ownPushKeys(env));
}
