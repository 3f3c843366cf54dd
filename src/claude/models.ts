// The models that the deployment allows.

import type { Settings } from "../settings.ts";

/** True if conversations may choose the model. */
export async function isAllowedModel(model: string, { model: usual, models }: Settings["claude"]): Promise<boolean> {
	return model === usual || (models ?? []).includes(model);
}
