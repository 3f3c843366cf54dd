// The models that the deployment offers.

import type { Settings } from "../settings.ts";
import { serverKey } from "./server.ts";

/** In ms. After so long a model that was gone is tried again. */
const goneFor = 3600_000;

/** When the server said that it does not know a model. Known while this isolate lives. */
const goneSince = new Map<string, number>();

/** The server does not know the model any more. */
export function markGone(settings: Settings["claude"]): void {
	goneSince.set(serverKey(settings), Date.now());
}

/** The settings with the model that a conversation has chosen, or with the default if that is not offered any more. */
export function withModel(settings: Settings["claude"], chosen: string | null | undefined): Settings["claude"] {
	if (chosen === null || chosen === undefined || chosen === settings.model) return settings;
	const isListed = !settings.models?.length || settings.models.includes(chosen);
	const own = { ...settings, model: chosen };
	const isGone = Date.now() - (goneSince.get(serverKey(own)) ?? Number.NEGATIVE_INFINITY) < goneFor;
	return isListed && !isGone ? own : settings;
}

/** True if conversations may choose the model. */
export async function isAllowedModel(model: string, { model: usual, models }: Settings["claude"]): Promise<boolean> {
	return model === usual || (models ?? []).includes(model);
}
