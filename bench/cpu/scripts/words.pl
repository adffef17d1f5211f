# Counts words, rewrites lines, sorts by frequency.
my (%count, $changed, $sum);
open(my $in, "<", $ARGV[0]) or die "$ARGV[0]: $!";
while (my $line = <$in>) {
  $count{$_}++ for split(/\W+/, lc $line);
  $changed++ if $line =~ s/(\w+)ing\b.*?(\d+)/$2 $1/;
  $sum = (($sum // 0) * 31 + length $line) & 0xffffff;
}
my @words = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;
print "$_ $count{$_}\n" for @words[0 .. 20];
print "$changed $sum ", scalar @words, "\n";
