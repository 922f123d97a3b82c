#!/usr/bin/env bash
# Pictures of every letter, as a phone and a desk show them, by day and by night: target/pictures/*.png, and all of them
# on one sheet, sheet.png.
# They are taken from the snapshots, so what is looked at is what is sent. A word after the command is how the names of
# those begin that are wanted (`tests/pictures.sh decision_request`). Fails when a letter is wider than a phone.
# Needs Chromium (apt-get install --no-install-recommends chromium).
set -euo pipefail
cd "$(dirname "$0")/.."
pictures=target/pictures
mkdir -p "$pictures"
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

browse() {
  timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync \
    --user-data-dir="$profile" --hide-scrollbars "$@" 2>/dev/null
}

too_wide=0
for snapshot in tests/it/snapshots/it__letter__"${1-}"*.snap; do
  grep -q '^<!DOCTYPE' "$snapshot" || continue
  name=${snapshot##*it__letter__}; name=${name%.snap}
  page="$PWD/$pictures/$name.html"
  # A letter with a very long line is sent as quoted-printable.
  decode=cat
  grep -q 'html lang=3D' "$snapshot" && decode='python3 -m quopri -d'
  sed -n '/^<!DOCTYPE/,/^<\/html>/p' "$snapshot" | $decode > "$page"
  # A picture lies beside the snapshot.
  sed -i "s|cid:[0-9a-f]*@[a-z.]*|file://$PWD/tests/it/snapshots/it__letter__picture_of_$name.snap.png|" "$page"
  for width in 390 900; do
    browse --window-size=$width,2700 --screenshot="$pictures/$name-$width-light.png" "file://$page" >/dev/null
    browse --window-size=$width,2700 --blink-settings=preferredColorScheme=0 \
      --screenshot="$pictures/$name-$width-dark.png" "file://$page" >/dev/null
  done
  # Chromium's own window is never narrower than 500 pixels, hence the width of the root.
  { cat "$page"; echo '<style>html { width: 390px; }</style><script>
    document.title = Math.max(...[...document.querySelectorAll("body *")].map(e => {
      const box = e.getBoundingClientRect();
      return Math.max(box.right, box.left + e.scrollWidth);
    }));
  </script>'; } > "$page.measured.html"
  wide=$(browse --dump-dom "file://$page.measured.html" | sed -n 's/.*<title>\([0-9]*\).*<\/title>.*/\1/p')
  rm "$page.measured.html"
  echo "$name: ${wide:-not measured} pixels wide on a phone of 390"
  [ "${wide:-999}" -le 390 ] || too_wide=1
done

{
  echo '<!DOCTYPE html><style>
    body { font: 12px sans-serif; display: flex; flex-wrap: wrap; gap: 12px; width: 2720px; }
    section { width: 896px; white-space: nowrap; }
    img { height: 390px; object-fit: cover; object-position: top; border: 1px solid gray; }
  </style>'
  for page in "$pictures"/*.html; do
    name=$(basename "${page%.html}")
    [ "$name" != sheet ] || continue
    echo "<section>$name<br>"
    for picture in 390-light 390-dark 900-light 900-dark; do
      echo "<img src=\"$name-$picture.png\" width=\"$((${picture%-*} / 3))\">"
    done
    echo '</section>'
  done
} > "$pictures/sheet.html"
n=$(grep -c '<section>' "$pictures/sheet.html")
browse --window-size=2740,$(((n + 2) / 3 * 424 + 30)) --screenshot="$pictures/sheet.png" \
  "file://$PWD/$pictures/sheet.html" >/dev/null
echo "$n letters on $pictures/sheet.png"
exit $too_wide
