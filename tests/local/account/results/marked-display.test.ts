import { exactDisplay, showMarked } from "../../../../local/account/results/marked-display.ts";
import { renderVariant } from "../../../../local/account/results/render-variant.ts";
import { MARK, UNDEFINED } from "../../../../local/account/types/typed-text.ts";

const display = {
  ...exactDisplay("America/Los_Angeles"),
  formats: {
    DATE: 'DY, DD "of" MON YYYY',
    TIME: "HH12:MI AM",
    TIMESTAMP_NTZ: "YYYY-MM-DD HH24:MI:SS.FF3",
    TIMESTAMP_LTZ: "YYYY-MM-DD HH24:MI:SS TZH:TZM",
    TIMESTAMP_TZ: "YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM",
  },
};

test.each([
  ["D2024-05-01", "Wed, 01 of May 2024"],
  ["T20:57:01.5", "08:57 PM"],
  ["N2024-05-01 00:00:09.123456", "2024-05-01 00:00:09.123"],
  ["L2024-07-01 07:00:00", "2024-07-01 00:00:00 -07:00"],
  ["L2024-01-01 07:00:00", "2023-12-31 23:00:00 -08:00"],
  ["Z2024-05-01 10:11:12.100000 -0730", "2024-05-01 10:11:12.100000000 -0730"],
  ["BAB12", "AB12"],
])("%s within a VARIANT shows in the session's format and zone", (text, shown) => {
  expect(showMarked(MARK + text, display)).toBe(shown);
});

// Source: "ARRAY_CONSTRUCT", "TYPEOF".
test("floating-point numbers show with an exponent, missing elements as undefined", () => {
  const json = `[${UNDEFINED},"hello",3.0e0,1.912e2,-1e-7,4,"${MARK}D2024-05-01"]`;
  expect(renderVariant(json, 0)).toBe(
    '[undefined,"hello",3.000000000000000e+00,1.912000000000000e+02,-1.000000000000000e-07,4,"2024-05-01"]',
  );
});
