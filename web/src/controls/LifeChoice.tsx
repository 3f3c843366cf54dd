// A form field for how long an invite or a token is valid: `life`, in seconds.

import { useStrings } from "../languages/useStrings.ts";

export function LifeChoice({ lives, usual }: { lives: readonly number[]; usual: number }) {
	const strings = useStrings();
	return (
		<label>
			{strings.inviteLives}
			<select name="life" defaultValue={usual}>
				{lives.map((seconds) => (
					<option key={seconds} value={seconds}>
						{strings.duration(seconds)}
					</option>
				))}
			</select>
		</label>
	);
}
