// Acts of an administrator, and what came of the last one.

import { useState } from "react";
import { session } from "../account/currentSession.ts";
import type { Result } from "../api.ts";

/** `reload`: what the acts may have changed. */
export function useActs(reload?: () => Promise<void>) {
	const [outcome, setOutcome] = useState<{ told?: string; refusal?: string }>({});
	/** Resolves to whether it succeeded. `told`: what is said then. */
	const act = async <T>(request: (token: string) => Promise<Result<T>>, told: (value: T) => string): Promise<boolean> => {
		const result = await session.call(request);
		await reload?.();
		setOutcome("error" in result ? { refusal: result.error.message } : { told: told(result.value) });
		return "value" in result;
	};
	return { outcome, act };
}
