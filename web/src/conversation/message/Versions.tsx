// The former versions of an answer, fetched when somebody asks for one, and the buttons that go from one to another.

import { useState } from "react";
import type { Message, Version } from "../../../../src/protocol/message.ts";
import { session } from "../../account/currentSession.ts";
import { versionsOf } from "../../api.ts";
import { Icon } from "../../icons.tsx";
import { useStrings } from "../../languages/useStrings.ts";
import styles from "./Versions.module.css";

export type Versions = {
	/** The former version that is looked at; else it is the message as it stands. */
	shown: Version | undefined;
	/** Counted from 1; `all` with the message as it stands. */
	place: number;
	all: number;
	isLoading: boolean;
	go(place: number): void;
};

export function useVersions({ id, conversationId, status, versions: former = 0 }: Message): Versions {
	const [held, setHeld] = useState<{ versions: readonly Version[]; place: number }>();
	const [isLoading, setIsLoading] = useState(false);
	// What was fetched before there was another one is no longer all.
	const isCurrent = held?.versions.length === former && status !== "streaming";
	const all = status === "streaming" ? 0 : former + 1;
	const place = isCurrent ? held.place : all;

	const go = async (place: number) => {
		if (isLoading) return;
		if (isCurrent) return setHeld({ ...held, place });
		setIsLoading(true);
		const result = await session.call((token) => versionsOf(token, conversationId, id));
		if ("value" in result) setHeld({ versions: result.value.versions, place });
		setIsLoading(false);
	};
	return { shown: isCurrent ? held.versions[place - 1] : undefined, place, all, isLoading, go: (place) => void go(place) };
}

export function VersionButtons({ versions: { place, all, isLoading, go } }: { versions: Versions }) {
	const strings = useStrings();
	if (all < 2) return null;
	return (
		<fieldset className={styles.versions} aria-busy={isLoading}>
			<legend className="visually-hidden">{strings.versions}</legend>
			<button type="button" aria-label={strings.formerVersion} aria-disabled={place === 1} onClick={() => place > 1 && go(place - 1)}>
				<Icon name="back" />
			</button>
			<output>{strings.versionOf(place, all)}</output>
			<button type="button" aria-label={strings.laterVersion} aria-disabled={place === all} onClick={() => place < all && go(place + 1)}>
				<Icon name="forth" />
			</button>
		</fieldset>
	);
}
