// The personal tokens in the settings: create, show once, list, revoke.

import { type ToggleEvent, useState } from "react";
import type { PersonalToken } from "../../../src/protocol/token.ts";
import { session } from "../account/currentSession.ts";
import { CopyField } from "../controls/CopyField.tsx";
import { Problem } from "../controls/Problem.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { makeToken, type NewToken, revokeToken, tokensOf } from "./api.ts";
import styles from "./SettingsDialog.module.css";
import { TokenForm } from "./TokenForm.tsx";
import { useWords, type Words } from "./words.ts";

/** A `ref` for the new token: it is shown only once, and may be below the visible part. */
function bringIntoView(element: HTMLElement | null): void {
	element?.scrollIntoView({ block: "center" });
}

export function Tokens() {
	const strings = useStrings();
	const words = useWords();
	const [tokens, setTokens] = useState<readonly PersonalToken[]>();
	const [made, setMade] = useState<{ name: string; secret: string }>();
	const [problem, setProblem] = useState<string>();

	const load = async () => {
		const result = await session.call(tokensOf);
		if ("value" in result) setTokens(result.value.tokens);
		setProblem("error" in result ? result.error.message : undefined);
	};
	const make = async (token: NewToken) => {
		const result = await session.call((signIn) => makeToken(signIn, token));
		if ("error" in result) {
			setProblem(result.error.message);
			return false;
		}
		setMade(result.value.token);
		await load();
		return true;
	};
	const revoke = async ({ id }: PersonalToken) => {
		const refusal = await session.attempt((token) => revokeToken(token, id));
		if (refusal !== undefined) return setProblem(refusal);
		setMade(undefined);
		await load();
	};

	return (
		<details className={styles.part} onToggle={({ newState }: ToggleEvent) => newState === "open" && void load()}>
			<summary>{words.tokens}</summary>
			<p>{words.tokensText}</p>
			<TokenForm onMake={make} />
			<Problem className={styles.problem}>{problem}</Problem>
			{made && (
				<div key={made.secret} ref={bringIntoView} className={styles.made}>
					<p role="status">{words.tokenMade(made.name)}</p>
					<CopyField label={words.tokenSecret} text={made.secret} />
				</div>
			)}
			<ul aria-label={words.tokens} className={styles.tokens}>
				{tokens?.map((token) => (
					<li key={token.id}>
						<span>
							<bdi>{token.name}</bdi>
							<small>{words.tokenUntil(strings.formatDayAndTime(Date.parse(token.expiresAt)))}</small>
							<small>{describe(token, words)}</small>
						</span>
						<button type="button" aria-label={words.revokeToken(token.name)} onClick={() => revoke(token)}>
							{strings.revoke}
						</button>
					</li>
				))}
			</ul>
		</details>
	);
}

/** What it may do and where, on one line. */
function describe({ scopes, conversations }: PersonalToken, words: Words): string {
	const where = conversations === "all" ? words.allConversations : words.chosenConversations(conversations.length);
	return [...scopes.map((scope) => words.scopes[scope]), where].join(" · ");
}
