// What somebody wants to be told of while they look elsewhere. What this device does not allow counts as nothing.

import { useState } from "react";
import { preferences, usePreferences } from "../account/currentPreferences.ts";
import type { Preferences } from "../account/preferences.ts";
import { useStrings } from "../languages/useStrings.ts";
import { askPermission, permission } from "../notifications/browser.ts";
import { Choice } from "./Choice.tsx";

const levels = ["off", "mentions", "all"] as const;

export function NotificationChoice() {
	const strings = useStrings();
	const { notifications } = usePreferences();
	const [allowed, setAllowed] = useState(permission);
	const chosen = allowed === "granted" ? notifications : "off";
	const choose = async (level: Preferences["notifications"]) => {
		const answer = level === "off" || allowed === "granted" ? allowed : await askPermission();
		setAllowed(answer);
		if (level === "off" || answer === "granted") preferences.change({ notifications: level });
	};
	return (
		<Choice legend={strings.notifications}>
			{levels.map((level) => (
				<label key={level}>
					<input type="radio" name="notifications" checked={chosen === level} onChange={() => void choose(level)} />
					{strings.notificationLevels[level]}
				</label>
			))}
			{(allowed === "denied" || allowed === "none") && <p role="status">{strings.notificationsForbidden[allowed]}</p>}
		</Choice>
	);
}
