// Signs in a guest by name.

import { type FormEvent, useState } from "react";
import { limits } from "../../../src/protocol/limits.ts";
import { session } from "../account/currentSession.ts";
import { Problem } from "../controls/Problem.tsx";
import { Mark } from "../icons.tsx";
import { useStrings } from "../languages/useStrings.ts";
import { useTitle } from "../useTitle.ts";
import styles from "./pages.module.css";

export function SignInPage({ isInvited }: { isInvited: boolean }) {
	const strings = useStrings();
	const [state, setState] = useState<{ type: "idle" } | { type: "busy" } | { type: "refused"; text: string }>({ type: "idle" });
	useTitle(undefined);

	const submit = async (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const name = String(new FormData(event.currentTarget).get("name")).trim();
		if (name === "" || state.type === "busy") return;
		setState({ type: "busy" });
		const refusal = await session.signIn(name);
		if (refusal) setState({ type: "refused", text: refusal.code === "bad_request" ? strings.nameRefused : refusal.message });
	};

	return (
		<main className={styles.centred}>
			<div className={styles.brand}>
				<Mark />
				<h1>{strings.product}</h1>
			</div>
			<p className={styles.lead}>{isInvited ? strings.invited : strings.tagline}</p>
			<form className={styles.form} onSubmit={submit}>
				<label htmlFor="name">{strings.yourName}</label>
				<input id="name" name="name" required maxLength={limits.username} autoComplete="nickname" aria-describedby="name-hint" dir="auto" />
				<small id="name-hint">{strings.nameHint}</small>
				<button type="submit" className={styles.primary} aria-disabled={state.type === "busy"}>
					{strings.continueAsGuest}
				</button>
				<Problem>{state.type === "refused" && state.text}</Problem>
			</form>
		</main>
	);
}
