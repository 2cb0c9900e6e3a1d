"""Write a plan of 400 pages and 500 issues, and print seconds and peak memory of reading it.

Usage: python benchmarks/long_plan.py [--issues 500] [--format txt|docx|html|xlsx] [--keep FILE]

Reading runs in a process of its own; its peak memory is the high-water mark of that process. The
goal is 3 s and 300 MB, and twice the issues in twice the time.
"""

from __future__ import annotations

import argparse
import html
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHARACTERS_PER_PAGE = 800


def numeral(value: int) -> str:
    """Write a number in Chinese numerals.

    Parameters
    ----------
    value
        From 1 to 999.

    Returns
    -------
    str
        For example 二百零三.
    """
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    made = f"{digits[hundreds]}百" if hundreds else ""
    made += f"{digits[tens]}十" if tens else ("零" if hundreds and ones else "")
    return made + (digits[ones] if ones else "")


def lines(issues: int) -> list[str]:
    """Make up the lines of a plan.

    Parameters
    ----------
    issues
        How many issues it holds.

    Returns
    -------
    list of str
        A paragraph each; 500 issues fill about 400 pages.
    """
    made = ["沙洲市生态环境保护督察反馈问题整改方案", "附件", "整改清单"]
    filler = "督察发现，有关部门履行监管职责不到位，日常巡查流于形式，问题长期未得到解决。" * 6
    for number in range(1, issues + 1):
        shown = numeral((number - 1) % 999 + 1)
        made.append(
            f"（{shown}）第{number}号河段截污不力。沿线{number % 40 + 2}处排口溢流。{filler}"
        )
        made.append(f"整改目标：消除溢流，完成修复{number % 90 + 1}.5亩。")
        made.append("整改时限：2025年6月底。")
        made.append("整改措施：")
        made.extend(
            f"{m}．2024年{m + 3}月底前，完成第{number}号河段第{m}标段管网改造{m}.4公里，同步恢复路面和绿化。"
            f"〔责任单位：市水利局、市住建局，东岸区委、区政府〕"
            for m in range(1, 6)
        )
        made.append("验收单位：市整改办负责第1-3条，市水利局负责其余措施。")
    return made


def write(paragraphs: list[str], path: Path) -> None:
    """Write the plan in the format its suffix names.

    Parameters
    ----------
    paragraphs
        Its lines.
    path
        The file.
    """
    if path.suffix == ".docx":
        import docx  # noqa: PLC0415 - only for this format

        document = docx.Document()
        for line in paragraphs:
            document.add_paragraph(line)
        document.save(path)
    elif path.suffix == ".xlsx":
        import openpyxl  # noqa: PLC0415 - only for this format

        book = openpyxl.Workbook()
        for line in paragraphs:
            book.active.append([line])
        book.save(path)
    elif path.suffix == ".html":
        body = "".join(f"<p>{html.escape(line)}</p>" for line in paragraphs)
        path.write_text(f'<meta charset="utf-8"><body>{body}</body>', encoding="utf-8")
    else:
        path.write_text("\n".join(paragraphs), encoding="utf-8")


def read(path: Path) -> None:
    """Read a plan and print what it took.

    Parameters
    ----------
    path
        The plan.
    """
    from geo_rectify import read_plan  # noqa: PLC0415 - its loading is not measured

    begun, used = time.perf_counter(), time.process_time()
    plan = read_plan(path)
    seconds, used = time.perf_counter() - begun, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    measures = sum(len(issue.measures) for issue in plan.issues)
    print(f"{path.name}: {len(plan.issues)} issues, {measures} measures, ", end="")
    print(
        f"{len(plan.text) / CHARACTERS_PER_PAGE:.0f} pages, {seconds:.2f} s ({used:.2f} s of one core), "
        f"{peak:.0f} MB"
    )


def main() -> None:
    """Write the plan and read it in a fresh process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=500)
    parser.add_argument("--format", default="txt", choices=["txt", "docx", "html", "xlsx"])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read is not None:
        read(asked.read)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = asked.keep or Path(folder) / f"plan.{asked.format}"
        write(lines(asked.issues), path)
        subprocess.run([sys.executable, __file__, "--read", str(path)], check=True)


if __name__ == "__main__":
    main()
