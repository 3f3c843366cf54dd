// The former versions of a reply, loaded on demand, and the buttons to switch between them.

import { useState } from "react";
import type { Message, Version } from "../../../../src/protocol/message.ts";
import { session } from "../../account/currentSession.ts";
import { versionsOf } from "../../api.ts";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import styles from "./Versions.module.css";

export type Versions = {
	/** The former version that is shown; `undefined` for the current one. */
	shown: Version | undefined;
	/** From 1 to `count`, which is the current version. */
	number: number;
	count: number;
	isLoading: boolean;
	go(number: number): void;
};

export function useVersions({ id, conversationId, status, versions: former = 0 }: Message): Versions {
	const [held, setHeld] = useState<{ versions: readonly Version[]; number: number }>();
	const [isLoading, setIsLoading] = useState(false);
	// A newer version makes the loaded ones incomplete.
	const isCurrent = held?.versions.length === former && status !== "streaming";
	const count = status === "streaming" ? 0 : former + 1;
	const number = isCurrent ? held.number : count;

	const go = async (number: number) => {
		if (isLoading) return;
		if (isCurrent) return setHeld({ ...held, number });
		setIsLoading(true);
		const result = await session.call((token) => versionsOf(token, conversationId, id));
		if ("value" in result) setHeld({ versions: result.value.versions, number });
		setIsLoading(false);
	};
	return { shown: isCurrent ? held.versions[number - 1] : undefined, number, count, isLoading, go: (number) => void go(number) };
}

export function VersionButtons({ versions: { number, count, isLoading, go } }: { versions: Versions }) {
	const strings = useStrings();
	if (count < 2) return null;
	return (
		<fieldset className={styles.versions} aria-busy={isLoading}>
			<legend className="visually-hidden">{strings.versions}</legend>
			<button type="button" aria-label={strings.formerVersion} aria-disabled={number === 1} onClick={() => number > 1 && go(number - 1)}>
				<Icon name="back" />
			</button>
			<output>{strings.versionOf(number, count)}</output>
			<button
				type="button"
				aria-label={strings.laterVersion}
				aria-disabled={number === count}
				onClick={() => number < count && go(number + 1)}
			>
				<Icon name="forth" />
			</button>
		</fieldset>
	);
}
