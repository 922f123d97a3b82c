#!/usr/bin/env bash
# Pictures of every letter, as a phone and a desk show them, by day and by night: twelve letters on each sheet,
# target/pictures/sheet-N-{light,dark}.png. They are taken from the snapshots, so what is looked at is what is sent. A word
# after the command is how the names of those begin that are wanted (`tests/pictures.sh decision_request`). Fails when a
# letter is wider than a phone. Needs Chromium (apt-get install --no-install-recommends chromium).
set -euo pipefail
cd "$(dirname "$0")/.."
pictures=target/pictures
rm -rf "$pictures"
mkdir -p "$pictures"
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

browse() {
  timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync --allow-file-access-from-files \
    --user-data-dir="$profile" --hide-scrollbars --virtual-time-budget=20000 "$@" 2>/dev/null
}

names=()
for snapshot in tests/it/snapshots/it__letter__"${1-}"*.snap; do
  grep -q '^<!DOCTYPE' "$snapshot" || continue
  name=${snapshot##*it__letter__}; name=${name%.snap}
  names+=("$name")
  # A letter with a very long line is sent as quoted-printable.
  decode=cat
  grep -q 'html lang=3D' "$snapshot" && decode='python3 -m quopri -d'
  # A picture lies beside the snapshot.
  sed -n '/^<!DOCTYPE/,/^<\/html>/p' "$snapshot" | $decode \
    | sed "s|cid:[0-9a-f]*@[a-z.]*|file://$PWD/tests/it/snapshots/it__letter__picture_of_$name.snap.png|" \
    > "$pictures/$name.html"
done

too_wide=0 n=0
for ((first = 0; first < ${#names[@]}; first += 12)); do
  n=$((n + 1))
  sheet="$pictures/sheet-$n.html"
  {
    echo '<!DOCTYPE html><style>
      body { font: 16px sans-serif; display: flex; flex-wrap: wrap; gap: 16px; margin: 16px; background: gray; }
      section { width: 1300px; }
      iframe { height: 1000px; border: 0; background: canvas; }
    </style>'
    for name in "${names[@]:first:12}"; do
      echo "<section>$name<br><iframe name=$name src=$name.html width=390></iframe>"
      echo "<iframe src=$name.html width=900></iframe></section>"
    done
    echo '<script>onload = () => document.title = [...document.querySelectorAll("iframe[name]")].map(frame => {
      const ends = [...frame.contentDocument.querySelectorAll("body *")].map(e => {
        const box = e.getBoundingClientRect();
        return Math.max(box.right, box.left + e.scrollWidth);
      });
      return frame.name + " " + Math.round(Math.max(...ends));
    }).join(", ")</script>'
  } > "$sheet"
  for scheme in light dark; do
    dark=; [ $scheme = light ] || dark=--blink-settings=preferredColorScheme=0
    browse --window-size=2664,6300 --force-device-scale-factor=0.5 $dark \
      --screenshot="$pictures/sheet-$n-$scheme.png" "file://$PWD/$sheet" >/dev/null
  done
  widths=$(browse --window-size=2664,6300 --dump-dom "file://$PWD/$sheet" \
    | sed -n 's/.*<title>\([^<]*\)<\/title>.*/\1/p' | sed 's/, /\n/g')
  [ "$(grep -c . <<< "$widths")" = "$(grep -c '<section>' "$sheet")" ] || { echo "sheet $n was not measured" >&2; exit 1; }
  while read -r name width; do
    echo "$name: $width pixels wide on a phone of 390"
    [ "$width" -le 390 ] || too_wide=1
  done <<< "$widths"
done
echo "${#names[@]} letters on $n sheets, $pictures/sheet-*.png"
exit $too_wide
