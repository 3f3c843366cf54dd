// The part of the sign-in page for people who kept their account: by passkey, or by a recovery code.

import { type FormEvent, useState } from "react";
import { session } from "../account/currentSession.ts";
import { Problem } from "../controls/Problem.tsx";
import styles from "../pages/pages.module.css";
import { recover } from "./api.ts";
import { addressProblem, arePasskeysSupported } from "./browserPasskeys.ts";
import { signInByPasskey } from "./steps.ts";
import { useWords } from "./words.ts";

export function PasskeySignIn() {
	const words = useWords();
	const [isBusy, setIsBusy] = useState(false);
	const [problem, setProblem] = useState<string>();
	const [hasCode, setHasCode] = useState(false);
	const isPossible = arePasskeysSupported() && !addressProblem(location);

	const run = async (step: () => Promise<string | undefined>) => {
		if (isBusy) return;
		setIsBusy(true);
		setProblem(undefined);
		setProblem(await step());
		setIsBusy(false);
	};
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const code = String(new FormData(event.currentTarget).get("code"));
		void run(async () => {
			const result = await recover(code);
			if ("error" in result) return result.error.message;
			await session.renew();
			return undefined;
		});
	};

	return (
		<div className={styles.ways}>
			{isPossible && (
				<button type="button" className={styles.secondary} aria-disabled={isBusy} onClick={() => run(() => signInByPasskey(words))}>
					{words.signIn}
				</button>
			)}
			{hasCode ? (
				<form className={styles.form} onSubmit={submit}>
					<label htmlFor="recovery-code">{words.code}</label>
					<input
						id="recovery-code"
						name="code"
						required
						autoComplete="off"
						autoCapitalize="characters"
						spellCheck="false"
						ref={(input) => input?.focus()}
					/>
					<button type="submit" className={styles.secondary} aria-disabled={isBusy}>
						{words.signInByCode}
					</button>
				</form>
			) : (
				<button type="button" className={styles.link} onClick={() => setHasCode(true)}>
					{words.useCode}
				</button>
			)}
			<Problem>{problem}</Problem>
		</div>
	);
}
